import ApusFiles
import ApusGenerator
import ApusTopology
import Foundation
import HostTesting
import NotificationFleet
import Testing

@Suite struct `The YAML of generated files` {
    private static let settings = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent(".yamllint.yml").path

    @Test(arguments: FleetShapes.all + [notificationFleet().varied(for: .production)])
    func `passes yamllint`(fleet: Fleet) throws {
        let files = try fleet.generatedFiles().filter { $0.path.hasSuffix(".yml") || $0.path.hasSuffix(".yaml") }
        let folder = try TemporaryFolder(holding: files)
        let result = try Command.run("yamllint", ["--strict", "--config-file", Self.settings, folder.path])
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(files.count > 5)
    }
}
