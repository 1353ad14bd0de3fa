import ApusMetrics
import ApusSegment
import MetricCatalog

/// A service's segment with the rendered prefixes of its series. Belongs to one ``Instance``, whose lock guards it.
final class ReportedSegment {
    private let reader: SegmentReader
    private var rendered: [RenderedFamily] = []
    private var places: [String: Int] = [:]
    private var refused = false

    private struct RenderedFamily {
        let family: MetricFamily
        var series: [RenderedSeries] = []
    }

    private struct RenderedSeries {
        let source: SegmentSeries
        /// One prefix; of a histogram: its buckets, `+Inf`, sum and count.
        let prefixes: [[UInt8]]
    }

    /// Families that only the agent may serve: a service that registers one of them is not served with it.
    private static let reserved: Set<String> = {
        let own = InstanceSeries.allCases.map(\.family.name) + MetricCatalog.agentFamilies.map(\.name)
        return Set(own).subtracting([ServiceProcess.heap.name])
    }()

    init(reader: SegmentReader) { self.reader = reader }

    var heartbeat: UInt64 { reader.heartbeat }
    var droppedSeries: UInt64 { reader.droppedSeries }
    var seriesCount: Int { reader.seriesCount }
    var families: [MetricFamily] { rendered.filter { !$0.series.isEmpty }.map(\.family) }

    /// Takes in what the service has registered since; after a fault nothing more, but what was good is served on.
    func refresh(key: InstanceKey, limit: Int) -> SegmentError? {
        guard !refused else { return nil }
        var fault: SegmentError?
        do {
            guard try reader.refresh(limit: limit) else { return nil }
        } catch {
            refused = true
            fault = error
        }
        for (index, found) in reader.families.enumerated() {
            if index == rendered.count {
                places[found.family.name] = index
                rendered.append(RenderedFamily(family: found.family))
            }
            guard !Self.reserved.contains(found.family.name) else { continue }
            for series in found.series[rendered[index].series.count...] {
                rendered[index].series.append(Self.render(series, of: found.family, key: key))
            }
        }
        return fault
    }

    private static func render(_ series: SegmentSeries, of family: MetricFamily, key: InstanceKey) -> RenderedSeries {
        var labels = LabelBytes.render(key.labels)
        if !series.labels.isEmpty { labels.append(UInt8(ascii: ",")) }
        labels.append(contentsOf: series.labels)
        guard family.kind == .histogram else {
            return RenderedSeries(source: series, prefixes: [TextEncoder.prefix(family.name, labels: labels)])
        }
        let bounds = family.buckets.map(NumberText.bound) + ["+Inf"]
        var prefixes = bounds.map { bound in
            TextEncoder.prefix(family.name, suffix: "_bucket", labels: labels + Array(",le=\"\(bound)\"".utf8))
        }
        prefixes.append(TextEncoder.prefix(family.name, suffix: "_sum", labels: labels))
        prefixes.append(TextEncoder.prefix(family.name, suffix: "_count", labels: labels))
        return RenderedSeries(source: series, prefixes: prefixes)
    }

    func write(family name: String, alive: Bool, to encoder: inout TextEncoder) {
        guard let place = places[name] else { return }
        let family = rendered[place].family
        if !alive && family.kind == .gauge { return }
        for series in rendered[place].series {
            switch series.source.form {
            case .integer: encoder.sample(prefix: series.prefixes[0], reader.integer(series.source))
            case .double: encoder.sample(prefix: series.prefixes[0], reader.value(series.source))
            case .histogram: writeHistogram(series, buckets: family.buckets.count + 1, to: &encoder)
            }
        }
    }

    /// The count is the sum of the buckets as they were read, so that it equals the `+Inf` bucket always.
    private func writeHistogram(_ series: RenderedSeries, buckets: Int, to encoder: inout TextEncoder) {
        var count: UInt64 = 0
        for index in 0..<buckets {
            count &+= reader.bucket(series.source, index)
            encoder.sample(prefix: series.prefixes[index], count)
        }
        encoder.sample(prefix: series.prefixes[buckets], reader.sum(series.source))
        encoder.sample(prefix: series.prefixes[buckets + 1], count)
    }

    /// The value of a gauge without labels.
    func gauge(_ name: String) -> Double? {
        guard let place = places[name], let series = rendered[place].series.first(where: { $0.source.labels.isEmpty }),
            series.source.form == .double
        else { return nil }
        return reader.value(series.source)
    }

    func values(of name: String) -> [(labels: [UInt8], value: Double)] {
        guard let place = places[name], rendered[place].family.kind != .histogram else { return [] }
        return rendered[place].series.map { ($0.source.labels, reader.value($0.source)) }
    }
}
