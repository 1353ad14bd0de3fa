import Foundation
import HostTesting
import Testing

/// An executable whose library is not in its image does not start there.
@Suite struct `The images of the executables` {
    @Test(arguments: ["apus", "apus-agent"])
    func `hold every library that the executable needs`(name: String) async throws {
        let dockerfile = try String(contentsOfFile: Executables.repository + "deploy/docker/Dockerfile", encoding: .utf8)
        let executable = name == "apus" ? Executables.apus : Executables.agent
        let headers = try await Command.runApart("/usr/bin/objdump", ["-p", executable]).output
        let libraries = headers.split(separator: "\n").compactMap { line -> String? in
            let words = line.split(separator: " ")
            return words.first == "NEEDED" ? words.last.map(String.init) : nil
        }
        #expect(libraries.contains("libc.so.6"))
        // The stage that both are made of, and the executable's own.
        let stages = dockerfile.components(separatedBy: "\nFROM ").filter {
            $0.contains(" AS runtime\n") || $0.contains(" AS \(name)\n")
        }
        let words = Set(stages.joined(separator: " ").split { " \n\\".contains($0) }.map(String.init))
        for library in libraries where !library.hasPrefix("ld-linux") {
            let owners = try await Command.runApart("/usr/bin/dpkg", ["-S", "*/\(library)"]).output
            let packages = owners.split(separator: "\n").compactMap { $0.split(separator: ":").first.map(String.init) }
            #expect(packages.contains { $0 == "libc6" || words.contains($0) }, "\(library) is of \(packages)")
        }
    }
}
