import ApusMetrics
import Glibc

/// What a series costs in text and in protobuf: 100,000 counters with three labels beside those of their target, as an agent writes
/// them, beside a registry that formats each series at each scrape, and beside copying the same bytes.
///
/// In protobuf each has the moment at which it began to count too, which the text has not.
enum Encoding {
    static let series = 100_000
    static let target = [("service", "registry"), ("instance", "registry-1")]

    /// - Returns: nanoseconds a series in text, and how many times that it takes in protobuf.
    static func report() -> (text: Double, protobuf: Double) {
        let family = MetricFamily(name: "requests_total", kind: .counter, help: "Requests answered.")
        let pairs = (0..<series).map { number in
            [
                ("method", ["GET", "POST", "PUT", "DELETE"][number % 4]), ("route", "/api/v1/resource/\(number / 16)"),
                ("status", ["200", "404", "500", "503"][number / 4 % 4]),
            ]
        }
        let values = (0..<series).map { UInt64($0 * 37 + 1) }
        guard let template = LineTemplate(family, target: target, isInteger: true),
            let metrics = MetricTemplate(family, target: target)
        else { return (.nan, .nan) }
        let bits = values.map { Double($0).bitPattern }
        let starts = (0..<series).map { 1_764_000_000_123_456_789 + UInt64($0 * 7919) }
        var labels: [UInt8] = []
        var ends: [UInt32] = []
        for own in pairs {
            labels += LabelBytes.render(own)
            ends.append(UInt32(labels.count))
        }
        var encoder = TextEncoder()
        var protobuf = ProtobufEncoder()
        protobuf.begin(family)
        var size = 0
        var messages = 0
        var copy: [UInt8] = []
        var room: [UInt8] = []
        var best = (lines: Double.infinity, metrics: Double.infinity, formatted: Double.infinity, copied: Double.infinity)
        for _ in 0..<10 {
            best.lines = min(best.lines, each { size = encode(template, labels, ends, values, with: &encoder) })
            best.metrics = min(
                best.metrics, each { messages = encode(metrics, labels, ends, bits, starts, with: &protobuf) })
            best.formatted = min(best.formatted, each { copy = formatted(pairs, values) })
            if room.isEmpty { room = copy.map { _ in 1 } }
            best.copied = min(
                best.copied, each { room.withUnsafeMutableBytes { to in copy.withUnsafeBytes { to.copyMemory(from: $0) } } })
        }
        print("text of 100,000 counters       \(Ratios.text(best.lines)) ns a series of \(size / series) bytes (at most 50)")
        print(
            "  formatted at each scrape     \(Ratios.text(best.formatted)) ns a series, \(Ratios.text(best.formatted / best.lines)) × that"
        )
        print("  copying the same bytes       \(Ratios.text(best.copied)) ns a series")
        print(
            "protobuf of 100,000 counters   \(Ratios.text(best.metrics)) ns a series of \(messages / series) bytes, \(Ratios.text(best.metrics / best.lines)) × the text (at most 3)"
        )
        let points = zip(zip(pairs, values), starts).map {
            Point(labels: LabelBytes.render(target + $0.0), value: .integer($0.1), created: Double($1) / 1e9)
        }
        for (name, format) in [("text", ExpositionFormat.text004), ("protobuf", .protobuf)] {
            let least = (0..<5).map { _ in each { encode(points, of: family, format) } }.min() ?? .nan
            print("  by points, \(name)\(String(repeating: " ", count: 18 - name.count))\(Ratios.text(least)) ns a series")
        }
        return (best.lines, best.metrics / best.lines)
    }

    /// In pieces, as an agent streams them. Returns the number of bytes.
    private static func encode(
        _ template: LineTemplate, _ labels: [UInt8], _ ends: [UInt32], _ values: [UInt64], with encoder: inout TextEncoder
    ) -> Int {
        var size = 0
        var some = [UInt64](repeating: 0, count: 1024)
        for start in stride(from: 0, to: series, by: 1024) {
            let lines = start..<min(series, start + 1024)
            for line in lines { some[line - start] = values[line] }
            encoder.lines(template, labels: labels, ends: ends, lines, values: some)
            size += encoder.bytes.count
            encoder.removeAll(keepingCapacity: true)
        }
        return size
    }

    /// In pieces, as an agent streams them. Returns the number of bytes.
    private static func encode(
        _ template: MetricTemplate, _ labels: [UInt8], _ ends: [UInt32], _ bits: [UInt64], _ starts: [UInt64],
        with encoder: inout ProtobufEncoder
    ) -> Int {
        var size = 0
        var some = [UInt64](repeating: 0, count: 256)
        var begun = some
        for start in stride(from: 0, to: series, by: 256) {
            let metrics = start..<min(series, start + 256)
            for index in metrics {
                some[index - start] = bits[index]
                begun[index - start] = starts[index]
            }
            encoder.metrics(template, labels: labels, ends: ends, metrics, values: some, starts: begun)
            if encoder.bytes.count > 1 << 16 || metrics.upperBound == series {
                size += encoder.bytes.count
                encoder.removeAll(keepingCapacity: true)
            }
        }
        return size
    }

    private static func encode(_ points: [Point], of family: MetricFamily, _ format: ExpositionFormat) {
        var encoder = ExpositionEncoder(format: format)
        encoder.begin(family)
        for point in points {
            encoder.point(point, of: family)
            if encoder.bytes.count > 1 << 16 { encoder.removeAll() }
        }
        encoder.finish()
    }

    private static func formatted(_ pairs: [[(String, String)]], _ values: [UInt64]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (own, value) in zip(pairs, values) {
            let labels = (target + own).map { "\($0)=\"\($1)\"" }.joined(separator: ",")
            bytes.append(contentsOf: "requests_total{\(labels)} \(value)\n".utf8)
        }
        return bytes
    }

    private static func each(_ body: () -> Void) -> Double {
        let start = Ratios.nanoseconds()
        body()
        return Double(Ratios.nanoseconds() - start) / Double(series)
    }
}
