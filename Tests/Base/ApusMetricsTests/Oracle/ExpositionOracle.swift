import ApusMetrics
import Foundation

/// Readers of each format that know nothing of the encoders: Python's prometheus_client for text and OpenMetrics 1.0, Google's
/// protobuf, and for OpenMetrics 2.0, which nobody else reads yet, one made of its grammar.
struct ExpositionOracle {
    let status: Int32
    /// What it says: `equal: … families, … series`, or what differs.
    let verdict: String

    init(
        _ format: ExpositionFormat, _ exposition: [UInt8], expected: [CorpusFamily], writesCreated: Bool = false
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "exposition-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let served = folder.appending(path: "metrics")
        let json = folder.appending(path: "expected.json")
        try Data(exposition).write(to: served)
        try JSONEncoder().encode(expected).write(to: json)
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "check.py")
        let process = Process()
        // Debian's own Python, for which its packages install the modules; another one may come first in the path.
        process.executableURL = URL(filePath: "/usr/bin/python3")
        let name =
            switch format {
            case .text004: "text"
            case .openMetrics100: writesCreated ? "openmetrics-created" : "openmetrics"
            case .openMetrics200: "openmetrics2"
            case .protobuf: "protobuf"
            }
        process.arguments = [script.path(), name, served.path(), json.path()]
        // Of a C locale Python would make question marks of what it prints. Nothing is to be left beside the sources.
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        status = process.terminationStatus
        verdict = String(decoding: said, as: UTF8.self)
    }
}
