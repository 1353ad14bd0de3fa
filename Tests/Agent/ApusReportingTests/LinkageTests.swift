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
        let symbols = try Self.output(of: "nm", ["--demangle", BuiltProgram.path("reporting-service")])
        for name in ["deflate", "ZSTD_compressStream2", "pcre2_match_8", "sd_journal_open", "sd_bus_open", "sd_notify"] {
            let found = symbols.split(separator: "\n").filter { $0.hasSuffix(" \(name)") }
            #expect(found == [], "\(name) is linked into the service")
        }
    }

    /// The shared libraries that a built program names itself.
    private static func needed(by program: String) throws -> [String] {
        let text = try output(of: "readelf", ["--dynamic", "--wide", BuiltProgram.path(program)])
        return text.matches(of: /\(NEEDED\)\s+Shared library: \[([^\]]+)\]/).map { String($0.1) }
    }

    private static func output(of tool: String, _ arguments: [String]) throws -> String {
        let command = try Command.run(tool, arguments)
        try #require(command.passed, "\(tool) fails: \(command.errors)")
        return command.output
    }
}
