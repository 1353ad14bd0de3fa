import Foundation
import HostTesting
import Testing

@Suite struct GenerateTests {
    private func files(_ folder: TemporaryFolder) throws -> [String] {
        let enumerator = try #require(FileManager.default.enumerator(atPath: folder.path))
        return enumerator.compactMap { $0 as? String }.filter { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: folder(path), isDirectory: &isFolder) && !isFolder.boolValue
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
                try Data(contentsOf: URL(filePath: first(path))) == Data(contentsOf: URL(filePath: second(path))), "\(path)")
        }
        for arguments in [
            ["check", "config", first("deploy/prometheus/prometheus.yml")],
            ["check", "rules", first("rules/fleet-alerts.yml")],
            ["test", "rules", first("rules/fleet-alerts.test.yml")],
        ] {
            let tool = try await Command.runApart("/usr/bin/promtool", arguments)
            #expect(tool.status == 0, "\(arguments): \(tool.output)\(tool.errors)")
        }
    }

    @Test func `an edit of any generated file is named, with exit code 1`() async throws {
        let folder = try TemporaryFolder()
        _ = try await Command.runApart(Executables.apus, ["generate", "--output", folder.path])
        let clean = try await Command.runApart(Executables.apus, ["generate", "--check", "--output", folder.path])
        #expect(clean.status == 0, "\(clean.errors)")
        for path in try files(folder) {
            let original = try Data(contentsOf: URL(filePath: folder(path)))
            try (original + Data(" ".utf8)).write(to: URL(filePath: folder(path)))
            let check = try await Command.runApart(Executables.apus, ["generate", "--check", "--output", folder.path])
            #expect(check.status == 1)
            #expect(check.errors.contains(path), "\(check.errors)")
            #expect(check.errors.split(separator: "\n").count == 1, "\(check.errors)")
            try original.write(to: URL(filePath: folder(path)))
        }
    }

    @Test func `the committed files are those of today's topology`() async throws {
        let check = try await Command.runApart(Executables.apus, ["generate", "--check", "--output", Executables.repository])
        #expect(check.status == 0, "\(check.errors)")
    }
}
