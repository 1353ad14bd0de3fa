import Foundation
import HostTesting
import Testing

@Suite struct GenerateTests {
    private func files(_ folder: TemporaryFolder) throws -> [String] {
        let enumerator = try #require(FileManager.default.enumerator(atPath: folder.path))
        return enumerator.compactMap { $0 as? String }.filter { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: folder.path(path), isDirectory: &isFolder) && !isFolder.boolValue
        }.sorted()
    }

    @Test(arguments: [[], ["--placement", "beside"]])
    func `two runs give identical bytes, which Prometheus' own tool accepts and whose tests pass`(options: [String])
        async throws
    {
        let (first, second) = (try TemporaryFolder(), try TemporaryFolder())
        for folder in [first, second] {
            let command = try await Command.runApart(Executables.apus, ["generate", "--output", folder.path] + options)
            #expect(command.status == 0, "\(command.errors)")
        }
        let paths = try files(first)
        #expect(paths.contains("dashboards/fleet-overview.json") && paths.contains("deploy/prometheus/prometheus.yml"))
        #expect(try files(second) == paths)
        for path in paths {
            #expect(
                try Data(contentsOf: URL(filePath: first.path(path))) == Data(contentsOf: URL(filePath: second.path(path))),
                "\(path)")
        }
        for arguments in [
            ["check", "config", first.path("deploy/prometheus/prometheus.yml")],
            ["check", "rules", first.path("rules/fleet-alerts.yml")],
            ["test", "rules", first.path("rules/fleet-alerts.test.yml")],
        ] {
            let tool = try await Command.runApart("/usr/bin/promtool", arguments)
            #expect(tool.status == 0, "\(arguments): \(tool.output)\(tool.errors)")
        }
    }

    /// Each file is among the edited in some runs and not in others, and no two in the same ones: by the bits of its number.
    @Test func `an edit of any generated file is named, and no other file, with exit code 1`() async throws {
        let folder = try TemporaryFolder()
        _ = try await Command.runApart(Executables.apus, ["generate", "--output", folder.path])
        let clean = try await Command.runApart(Executables.apus, ["generate", "--check", "--output", folder.path])
        #expect(clean.status == 0, "\(clean.errors)")
        let numbered = try Array(zip(1..., files(folder)))
        for bit in 0..<(Int.bitWidth - numbered.count.leadingZeroBitCount) {
            let edited = numbered.filter { $0.0 >> bit & 1 == 1 }.map(\.1)
            let originals = try edited.map { try Data(contentsOf: URL(filePath: folder.path($0))) }
            for (path, original) in zip(edited, originals) {
                try (original + Data(" ".utf8)).write(to: URL(filePath: folder.path(path)))
            }
            let check = try await Command.runApart(Executables.apus, ["generate", "--check", "--output", folder.path])
            #expect(check.status == 1)
            let lines = check.errors.split(separator: "\n")
            #expect(lines.count == edited.count, "\(check.errors)")
            for path in edited { #expect(lines.contains { $0.hasPrefix("\(path): ") }, "\(path): \(check.errors)") }
            for (path, original) in zip(edited, originals) { try original.write(to: URL(filePath: folder.path(path))) }
        }
    }

    @Test func `the committed files are those of today's topology`() async throws {
        let check = try await Command.runApart(Executables.apus, ["generate", "--check", "--output", Executables.repository])
        #expect(check.status == 0, "\(check.errors)")
    }
}
