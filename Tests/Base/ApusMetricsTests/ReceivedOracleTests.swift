import ApusMetrics
import HostTesting
import Testing

@Suite struct `What Python's client reports` {
    static let formats: [(format: ExpositionFormat, name: String)] = [
        (.text004, "text"), (.openMetrics100, "openmetrics"), (.openMetrics200, "openmetrics2"), (.protobuf, "protobuf"),
    ]

    @Test(arguments: [ReceivedTextFormat.text, .openMetrics], formats)
    func `is served with the same series and values in each format`(
        reported: ReceivedTextFormat, served: (format: ExpositionFormat, name: String)
    ) throws {
        let client = try ReportedText()
        for seed in 1...3 {
            let text = try client.written(reported, seed: seed)
            let report = try ReceivedReport(text: text, as: reported, limits: ReportedText.limits)
            let bytes = report.served(served.format, writesCreated: true)
            let name = reported == .text ? "text" : "openmetrics"
            let difference = try client.difference(text, name, bytes, served.name)
            #expect(difference == "0 differences\n")
        }
    }

    @Test func `keeps types, units, help, beginnings and whole numbers when it is read again`() throws {
        let text = try ReportedText().written(.openMetrics, seed: 4)
        let report = try ReceivedReport(text: text, as: .openMetrics, limits: ReportedText.limits)
        let again = try ReceivedReport(
            text: report.served(.openMetrics100, writesCreated: true), as: .openMetrics, limits: ReportedText.limits)
        // By their texts: a value that is no number equals none.
        #expect(again.served(.openMetrics100, writesCreated: true) == report.served(.openMetrics100, writesCreated: true))
        #expect(again.families.map(\.kind) == report.families.map(\.kind))
        #expect(report.families.map(\.kind).contains(.gaugeHistogram))
        #expect(report.families.first { $0.name == "visits_total" }?.series.allSatisfy { $0.created != nil } == true)
    }

    @Test func `tells in text when a count began, by gauges of their own`() throws {
        let text = try ReportedText().written(.text, seed: 4)
        let report = try ReceivedReport(text: text, as: .text, limits: ReportedText.limits)
        #expect(!report.families.contains { $0.name.hasSuffix("_created") })
        for name in ["visits_total", "wait_seconds", "size_bytes"] {
            #expect(report.families.first { $0.name == name }?.series.allSatisfy { $0.created != nil } == true, "\(name)")
        }
    }

    @Test(arguments: [ReceivedTextFormat.text, .openMetrics])
    func `is refused with a reason or read in two thousand mutants, and what is read is served by the letter`(
        format: ReceivedTextFormat
    ) throws {
        let client = try ReportedText()
        let text = try client.written(format, seed: 5)
        var random = SeededGenerator(seed: format == .text ? 1 : 2)
        var served: [[UInt8]] = []
        var refused = 0
        for _ in 0..<2000 {
            let mutant = Mutation.mutant(of: text, using: &random)
            do {
                let report = try ReceivedReport(text: mutant, as: format, limits: ReportedText.limits)
                // The parser of Python's client ends an exemplar's labels at the first brace, also within quotes.
                if !report.hasBraceInExemplar {
                    served.append(report.served(.openMetrics100, target: [("service", "s")], writesCreated: true))
                }
                _ = report.served(.openMetrics200)
                _ = report.served(.protobuf)
                #expect(report.byteCount < 1 << 20)
            } catch {
                refused += 1
                #expect(!error.reason.isEmpty && error.line > 0)
            }
        }
        #expect(refused > 300 && served.count > 100, "\(refused) refused, \(served.count) served")
        let difference = try client.refused(served)
        #expect(difference == "0 differences\n")
    }
}

extension ReceivedReport {
    fileprivate var hasBraceInExemplar: Bool {
        families.flatMap(\.series).flatMap(\.exemplars).contains { $0?.labels.contains(UInt8(ascii: "}")) ?? false }
    }
}

/// Small damages to a text, as networks, editors and bugs do them.
enum Mutation {
    static func mutant(of text: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var bytes = text
        for _ in 0...Int.random(in: 0...2, using: &random) {
            guard !bytes.isEmpty else { return bytes }
            let place = Int.random(in: bytes.indices, using: &random)
            switch Int.random(in: 0...7, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(Array("\"\\{}= \n,#0-.e".utf8).randomElement(using: &random) ?? 0, at: place)
            case 3: bytes.removeSubrange(place..<min(bytes.count, place + 20))
            case 4: bytes = Array(bytes[..<place])
            case 5: swapLines(&bytes, using: &random)
            case 6: bytes.insert(contentsOf: line(in: bytes, at: place), at: lineStart(in: bytes, at: place))
            default:
                let digit = bytes[place...].firstIndex { (48...57).contains($0) } ?? place
                bytes[digit] = UInt8.random(in: 48...57, using: &random)
            }
        }
        return bytes
    }

    private static func lineStart(in bytes: [UInt8], at place: Int) -> Int {
        bytes[..<place].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    }

    private static func line(in bytes: [UInt8], at place: Int) -> [UInt8] {
        let start = lineStart(in: bytes, at: place)
        let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
        return Array(bytes[start..<end])
    }

    private static func swapLines(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        lines.swapAt(Int.random(in: lines.indices, using: &random), Int.random(in: lines.indices, using: &random))
        bytes = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    }
}
