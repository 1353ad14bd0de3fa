import ApusFiles
import ApusGenerator
import ApusTopology
import GeneratorTesting
import Testing

@Suite struct `Environment files` {
    private func variables(_ file: GeneratedFile) -> [String: String] {
        let lines = file.contents.split(separator: "\n").filter { !$0.hasPrefix("#") }
        return Dictionary(
            lines.map { line in
                let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
            }
        ) { $1 }
    }

    @Test func `are one an environment that the fleet has`() throws {
        #expect(
            try FileKind.environment.files(for: shopFleet()).map(\.path)
                == ["development", "staging", "production"].map { "deploy/env/\($0)/compose.env" })
        #expect(
            try FileKind.environment.files(for: shopFleet().varied(for: .production)).map(\.path)
                == ["deploy/env/production/compose.env"])
    }

    /// What nobody reads would mislead, what is missing would stop Compose.
    @Test func `set what the Compose file names, and nothing else`() throws {
        let text = try `The Compose file`.file(shopFleet()).contents
        let named = Set(
            text.split(separator: "${").dropFirst().map { String($0.prefix { $0.isUppercase || $0.isNumber || $0 == "_" }) })
        for file in try FileKind.environment.files(for: shopFleet()) {
            #expect(Set(variables(file).keys) == named.union(["COMPOSE_PROJECT_NAME"]), "\(file.path)")
        }
    }

    @Test func `differ where the environments do`() throws {
        let fleet = Fleet("web", environment: .development) {
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            Variation(.production) { Containers(registry: "registry.example.org/team", tag: "1.2.3") }
        }
        let files = try FileKind.environment.files(for: fleet).map(variables)
        #expect(files.map { $0["APUS_TAG"] } == ["0.1.0", "1.2.3"])
        #expect(files.map { $0["APUS_REGISTRY"] } == ["", "registry.example.org/team/"])
        #expect(files.map { $0["COMPOSE_PROJECT_NAME"] } == ["web-development", "web-production"])
        #expect(files.map { $0["APUS_PUBLIC_ADDRESS"] } == ["127.0.0.1", "0.0.0.0"])
    }
}
