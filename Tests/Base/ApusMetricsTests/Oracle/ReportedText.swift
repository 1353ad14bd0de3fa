import ApusMetrics
import Foundation
import HostTesting

/// Python's prometheus_client as a program that reports, and as the reader of what is served of that.
struct ReportedText {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static let limits = ReceivedLimits(
        families: 100, series: 1000, labels: 10, labelBytes: 400, labelValue: 200, name: 60, help: 80, unit: 20, buckets: 20,
        states: 8)

    /// An exposition of metrics of every type.
    func written(_ format: ReceivedTextFormat, seed: Int) throws -> [UInt8] {
        let path = folder.path("written")
        let command = try Self.run(["write", format == .text ? "text" : "openmetrics", "\(seed)", path])
        guard command.passed else { throw Failed(text: command.text) }
        return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    struct Failed: Error { let text: String }

    /// Compares two expositions series by series.
    ///
    /// - Returns: `0 differences`, or what differs.
    func difference(_ one: [UInt8], _ oneName: String, _ other: [UInt8], _ otherName: String) throws -> String {
        try Data(one).write(to: URL(fileURLWithPath: folder.path("one")))
        try Data(other).write(to: URL(fileURLWithPath: folder.path("other")))
        return try Self.run(["same", oneName, folder.path("one"), otherName, folder.path("other")]).text
    }

    /// What the strict parser of OpenMetrics refuses of some texts.
    func refused(_ texts: [[UInt8]]) throws -> String {
        let texts = texts.enumerated()
        let all = try TemporaryFolder()
        for (index, text) in texts { try Data(text).write(to: URL(fileURLWithPath: all.path("\(index)"))) }
        return try Self.run(["parse", all.path]).text
    }

    private static func run(_ arguments: [String]) throws -> Command {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "reported.py")
        return try Command.run(
            "/usr/bin/python3", [script.path()] + arguments,
            environment: ["PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"])
    }
}

extension ReceivedReport {
    /// The report as it is served.
    func served(_ format: ExpositionFormat, target: [(String, String)] = [], writesCreated: Bool = false) -> [UInt8] {
        var encoder = ExpositionEncoder(format: format)
        encoder.writesCreated = writesCreated
        for family in families {
            encoder.begin(family)
            for series in family.series { encoder.received(series, of: family, target: LabelBytes.render(target)) }
        }
        encoder.finish()
        return encoder.bytes
    }
}
