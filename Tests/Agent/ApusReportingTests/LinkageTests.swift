import HostTesting
import Testing

/// What a service brings into its process by linking ApusReporting.
@Suite struct `A service that reports` {
    /// The libraries that the agent needs and its reporters do not: zlib, zstd, PCRE2 and libsystemd.
    private static let ofTheAgent = ["libz.so.1", "libzstd.so.1", "libpcre2-8.so.0", "libsystemd.so.0"]

    @Test func `needs none of the agent's libraries`() throws {
        let needed = try Self.needed(by: "reporting-service")
        #expect(needed.contains("libc.so.6"), "readelf finds no libraries at all")
        #expect(needed.filter(Self.ofTheAgent.contains) == [])
        #expect(needed.filter { $0.contains("Foundation") } == [])
    }

    /// Without this the test above would pass of a program that has the same libraries under other names.
    @Test func `is looked at for the libraries that an agent has`() throws {
        let needed = try Self.needed(by: "apus-agent")
        #expect(Self.ofTheAgent.filter { !needed.contains($0) } == [])
    }

    @Test func `holds no code of theirs either`() throws {
        let symbols = try Tool.output(of: "nm", ["--demangle", BuiltProgram.path("reporting-service")])
        for name in ["deflate", "ZSTD_compressStream2", "pcre2_match_8", "sd_journal_open", "sd_bus_open", "sd_notify"] {
            let found = symbols.split(separator: "\n").filter { $0.hasSuffix(" \(name)") }
            #expect(found == [], "\(name) is linked into the service")
        }
    }

    /// The shared libraries that a built program names itself.
    private static func needed(by program: String) throws -> [String] {
        let text = try Tool.output(of: "readelf", ["--dynamic", "--wide", BuiltProgram.path(program)])
        return text.matches(of: /\(NEEDED\)\s+Shared library: \[([^\]]+)\]/).map { String($0.1) }
    }
}

/// What an attacker on the host must not be able to use of the executables.
@Suite struct `An executable of the product` {
    @Test(arguments: ["apus", "apus-agent"])
    func `loads no library from its own folder, and is bound and read-only before it runs`(program: String) throws {
        let dynamic = try Tool.output(of: "readelf", ["--dynamic", "--wide", BuiltProgram.path(program)])
        #expect(!dynamic.contains("RUNPATH") && !dynamic.contains("RPATH"), "a library beside it would be loaded")
        #expect(dynamic.contains("BIND_NOW") || dynamic.contains("Flags: NOW"))
        #expect(dynamic.contains("PIE"))
        let segments = try Tool.output(of: "readelf", ["--segments", "--wide", BuiltProgram.path(program)])
        #expect(segments.contains("GNU_RELRO"))
        #expect(segments.contains(/GNU_STACK .* RW +0/), "the stack is executable")
    }

    @Test func `checks its buffers and its stack in C`() throws {
        let symbols = try Tool.output(of: "nm", ["--dynamic", BuiltProgram.path("apus-agent")])
        #expect(symbols.contains("__stack_chk_fail"))
        #expect(symbols.contains(/U __\w+_chk@/))
    }
}

private enum Tool {
    static func output(of tool: String, _ arguments: [String]) throws -> String {
        let command = try Command.run(tool, arguments)
        try #require(command.passed, "\(tool) fails: \(command.errors)")
        return command.output
    }
}
