import ApusMetrics
import Foundation
import HostTesting

/// Readers of each format that know nothing of the encoders: Python's prometheus_client for text and OpenMetrics 1.0, Google's
/// protobuf, and for OpenMetrics 2.0, which nobody else reads yet, one made of its grammar.
struct ExpositionOracle {
    let status: Int32
    /// What it says: `equal: … families, … series`, or what differs.
    let verdict: String

    init(
        _ format: ExpositionFormat, _ exposition: [UInt8], expected: [CorpusFamily], writesCreated: Bool = false
    ) throws {
        let folder = try TemporaryFolder()
        let (served, json) = (folder.path("metrics"), folder.path("expected.json"))
        try Data(exposition).write(to: URL(filePath: served))
        try JSONEncoder().encode(expected).write(to: URL(filePath: json))
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "check.py")
        let name =
            switch format {
            case .text004: "text"
            case .openMetrics100: writesCreated ? "openmetrics-created" : "openmetrics"
            case .openMetrics200: "openmetrics2"
            case .protobuf: "protobuf"
            }
        // Debian's own Python, for which its packages install the modules; another one may come first in the path.
        // Of a C locale Python would make question marks of what it prints. Nothing is to be left beside the sources.
        let check = try Command.run(
            "/usr/bin/python3", [script.path(), name, served, json],
            environment: ["PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"])
        status = check.status
        verdict = check.text
    }
}
