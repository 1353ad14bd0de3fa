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
        /// Series by series; of each one the samples in the order in which they are served.
        var cells: [CellRange] = []
        /// The prefixes of all samples, one after the other, and where each ends: a scrape is a walk over memory.
        var prefixes: [UInt8] = []
        var ends: [Int] = []

        mutating func append(_ prefix: [UInt8]) {
            prefixes.append(contentsOf: prefix)
            ends.append(prefixes.count)
        }
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
    var families: [MetricFamily] { rendered.filter { !$0.cells.isEmpty }.map(\.family) }

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
            for series in found.series[rendered[index].cells.count...] {
                Self.render(series, key: key, into: &rendered[index])
            }
        }
        return fault
    }

    private static func render(_ series: SegmentSeries, key: InstanceKey, into rendered: inout RenderedFamily) {
        let family = rendered.family
        var labels = LabelBytes.render(key.labels)
        if !series.labels.isEmpty { labels.append(UInt8(ascii: ",")) }
        labels.append(contentsOf: series.labels)
        rendered.cells.append(series.cells)
        guard family.kind == .histogram else { return rendered.append(TextEncoder.prefix(family.name, labels: labels)) }
        for bound in family.buckets.map(NumberText.bound) + ["+Inf"] {
            rendered.append(TextEncoder.prefix(family.name, suffix: "_bucket", labels: labels + Array(",le=\"\(bound)\"".utf8)))
        }
        rendered.append(TextEncoder.prefix(family.name, suffix: "_sum", labels: labels))
        rendered.append(TextEncoder.prefix(family.name, suffix: "_count", labels: labels))
    }

    func write(family name: String, alive: Bool, to encoder: inout TextEncoder) {
        guard let place = places[name] else { return }
        let family = rendered[place]
        switch family.family.kind {
        case .gauge:
            guard alive else { return }
            encoder.samples(prefixes: family.prefixes, ends: family.ends) { reader.value(family.cells[$0]) }
        case .counter where family.cells.allSatisfy({ $0.form == .integer }):
            encoder.samples(prefixes: family.prefixes, ends: family.ends) { reader.integer(family.cells[$0]) }
        case .counter:
            encoder.samples(prefixes: family.prefixes, ends: family.ends) { reader.value(family.cells[$0]) }
        case .histogram:
            writeHistograms(family, to: &encoder)
        default:
            break
        }
    }

    /// A histogram's count is the sum of the buckets as they were read, so that it equals the `+Inf` bucket always.
    private func writeHistograms(_ family: RenderedFamily, to encoder: inout TextEncoder) {
        let buckets = family.family.buckets.count + 1
        var count: UInt64 = 0
        encoder.samples(prefixes: family.prefixes, ends: family.ends) { (sample: Int) -> Double in
            let (series, part) = sample.quotientAndRemainder(dividingBy: buckets + 2)
            let cells = family.cells[series]
            if part == 0 { count = 0 }
            if part < buckets { count &+= reader.bucket(cells, part) }
            return part == buckets ? reader.sum(cells) : Double(count)
        }
    }

    /// The value of a gauge without labels.
    func gauge(_ name: String) -> Double? {
        values(of: name).first { $0.labels.isEmpty }?.value
    }

    func values(of name: String) -> [(labels: [UInt8], value: Double)] {
        guard let place = places[name], rendered[place].family.kind != .histogram else { return [] }
        return zip(reader.families[place].series, rendered[place].cells).map { ($0.labels, reader.value($1)) }
    }
}
