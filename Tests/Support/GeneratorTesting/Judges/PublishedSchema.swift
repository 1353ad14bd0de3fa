import Foundation
package import HostTesting

/// Grafana's published schema of dashboards (Schemas/published.py), as the judge of JSON.
package enum PublishedSchema {
    /// - Returns: status 0 when all keep the schema, 1 when some do not.
    package static func judge(_ documents: [String]) throws -> Command {
        let folder = try TemporaryFolder()
        let paths = try documents.enumerated().map { index, document in
            try folder.write(document, to: "\(index).json")
            return folder.path("\(index).json")
        }
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Schemas/check.py").path
        return try Command.run("/usr/bin/python3", [script] + paths)
    }
}
