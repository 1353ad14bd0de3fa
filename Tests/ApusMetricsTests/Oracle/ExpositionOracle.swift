import ApusMetrics
import Foundation

/// Python's prometheus_client, the strict reader of both text formats.
struct ExpositionOracle {
    let status: Int32
    /// What it says: `equal: … families, … samples`, or what differs.
    let verdict: String

    init(_ format: ExpositionFormat, _ exposition: [UInt8], expected: [ExpectedFamily]) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "exposition-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = folder.appending(path: "metrics.txt")
        let json = folder.appending(path: "expected.json")
        try Data(exposition).write(to: text)
        try JSONEncoder().encode(expected).write(to: json)
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "check.py")
        let process = Process()
        // Debian's own Python, for which its package installs the module; another one may come first in the path.
        process.executableURL = URL(filePath: "/usr/bin/python3")
        let name =
            switch format {
            case .text004: "text"
            case .openMetrics100: "openmetrics"
            }
        process.arguments = [script.path(), name, text.path(), json.path()]
        // Of a C locale Python would make question marks of what it prints.
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONIOENCODING": "utf-8"]) { $1 }
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
