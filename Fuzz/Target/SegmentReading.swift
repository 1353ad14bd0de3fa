import ApusMetrics
import ApusSegment

/// A reader, and what must hold after each refresh whatever the writer did.
final class SegmentReading {
    private let reader: SegmentReader
    private var largestLimit = 0
    private var served: [[[UInt8]]] = []

    init?(descriptor: Int32) {
        do { reader = try SegmentReader(descriptor: descriptor) } catch {
            require(!error.description.isEmpty, "a refusal without words")
            return nil
        }
    }

    func refresh(limit: Int) {
        largestLimit = max(largestLimit, limit)
        let generation = reader.generation
        do {
            let isNew = try reader.refresh(limit: limit)
            require(isNew == (reader.generation != generation), "the generation does not tell what is new")
        } catch {
            require(!error.description.isEmpty, "a fault without words")
        }
        check()
    }

    private func check() {
        _ = (reader.heartbeat, reader.droppedSeries)
        let families = reader.families
        let count = families.reduce(0) { $0 + $1.series.count }
        require(count == reader.seriesCount, "\(count) series are served, \(reader.seriesCount) counted")
        require(count <= largestLimit, "\(count) series are served with a limit of \(largestLimit)")
        require(Set(families.map(\.family.name)).count == families.count, "a family is served twice")
        for family in families { check(family) }
        // What was served once stays, after a fault too.
        require(families.count >= served.count, "a family has gone")
        for (before, family) in zip(served, families) {
            require(family.series.map(\.labels).starts(with: before), "a series of \(family.family.name) has changed or gone")
        }
        served = families.map { $0.series.map(\.labels) }
    }

    private func check(_ served: SegmentFamily) {
        let family = served.family
        require(MetricName.isLegal(family.name), "an illegal name: \(family.name)")
        require(family.name.utf8.count <= SegmentLayout.longestName, "a name too long")
        require(family.help.utf8.count <= SegmentLayout.longestHelp, "a help text too long")
        require((family.kind == .histogram) == !family.buckets.isEmpty, "\(family.kind) with bounds \(family.buckets)")
        require(family.buckets.allSatisfy(\.isFinite), "bounds not finite")
        require(zip(family.buckets, family.buckets.dropFirst()).allSatisfy { $0 < $1 }, "bounds not ascending")
        var seen: Set<[UInt8]> = []
        for series in served.series {
            require((series.cells.form == .histogram) == (family.kind == .histogram), "values of the wrong form")
            require(seen.insert(identity(series)).inserted, "a series of \(family.name) is served twice")
            checkCells(series, of: family)
        }
    }

    /// The labels as Prometheus understands them: in any order, those without a value absent.
    private func identity(_ series: SegmentSeries) -> [UInt8] {
        do {
            let labels = try LabelBytes.parse(series.labels)
            for label in labels {
                require(MetricName.isLegalLabel(label.name), "an illegal label: \(label.name)")
                require(!["service", "instance", "le"].contains(label.name), "a label of the agent's: \(label.name)")
            }
            return LabelBytes.render(
                labels.filter { !$0.value.isEmpty }.sorted { $0.name < $1.name }.map { ($0.name, $0.value) })
        } catch {
            require(false, "labels that do not parse: \(series.labels): \(error)")
            return []
        }
    }

    private func checkCells(_ series: SegmentSeries, of family: MetricFamily) {
        // The places are the reader's own affair: only its mirror shows them.
        let places = Dictionary(
            uniqueKeysWithValues: Mirror(reflecting: series.cells).children.compactMap { child in
                child.label.flatMap { label in (child.value as? Int32).map { (label, Int($0)) } }
            })
        guard let first = places["first"], let count = places["count"], let planes = places["planes"] else {
            return require(false, "the places of the cells are not to be seen")
        }
        require(
            first >= 0 && count > 0 && first + count <= SegmentLayout.cellCapacity, "cells \(first) + \(count) out of bounds")
        require((1...SegmentLayout.mostPlanes).contains(planes), "\(planes) planes")
        if family.kind == .histogram {
            require(count == family.buckets.count + 2, "\(count) cells for \(family.buckets.count) bounds")
            for bucket in 0...family.buckets.count { _ = reader.bucket(series.cells, bucket) }
            _ = reader.sum(series.cells)
        } else {
            require(count == 1, "\(count) cells for one value")
            _ = (reader.value(series.cells), reader.integer(series.cells))
        }
    }
}
