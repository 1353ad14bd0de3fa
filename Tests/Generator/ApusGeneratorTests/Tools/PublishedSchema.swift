import Foundation
import HostTesting

/// Grafana's published schema of dashboards (Schemas/published.py), as the judge of JSON.
enum PublishedSchema {
    struct Verdict {
        let status: Int32
        let output: String
    }

    /// - Returns: status 0 when all keep the schema, 1 when some do not.
    static func judge(_ documents: [String]) throws -> Verdict {
        let folder = try TemporaryFolder()
        let paths = try documents.enumerated().map { index, document in
            try folder.write(document, to: "\(index).json")
            return folder.path("\(index).json")
        }
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Schemas/check.py").path
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [script] + paths
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Verdict(status: process.terminationStatus, output: output)
    }
}
