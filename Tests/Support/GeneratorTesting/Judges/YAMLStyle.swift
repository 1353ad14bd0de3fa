package import ApusFiles
import Foundation
package import HostTesting

/// yamllint, with the settings of this repository, as the judge of generated YAML.
package enum YAMLStyle {
    private static let settings = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent(".yamllint.yml").path

    /// Judges all files that are YAML.
    ///
    /// - Returns: status 0 when yamllint finds nothing to say, and how many files it has read.
    package static func judge(_ files: [GeneratedFile]) throws -> (verdict: Command, count: Int) {
        let documents = files.filter { $0.path.hasSuffix(".yml") || $0.path.hasSuffix(".yaml") }
        let folder = try TemporaryFolder(holding: documents)
        return (
            try Command.run("yamllint", ["--strict", "--config-file", settings, folder.path]), documents.count
        )
    }
}
