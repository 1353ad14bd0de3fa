import ApusMetrics
import ApusSegment

/// A reader, and what must hold after each refresh whatever the writer did.
final class SegmentReading {
    private let reader: SegmentReader
    private var largestLimit = 0
    private var families: [[SegmentSeries]] = []
    private var familiesBefore: [MetricFamily] = []
    private var seen: Set<[UInt8]> = []

    init?(descriptor: Int32) {
        do { reader = try SegmentReader(descriptor: descriptor) } catch {
            require(!error.description.isEmpty, "a refusal without words")
            return nil
        }
    }

    func refresh(limit: Int) {
        largestLimit = max(largestLimit, limit)
        let generation = reader.generation
        var visited = 0
        do {
            let isNew = try reader.refresh(limit: limit) { family, series in
                require(reader.families.indices.contains(family), "a series of a family that is not there")
                while families.count <= family { families.append([]) }
                require(
                    seen.insert([UInt8(family & 0xFF), UInt8(family >> 8)] + identity(series)).inserted, "a series comes twice")
                families[family].append(series)
                visited += 1
            }
            require(isNew == (reader.generation != generation), "the generation does not tell what is new")
            require(isNew || visited == 0, "series come and are not new")
        } catch {
            require(!error.description.isEmpty, "a fault without words")
        }
        check()
    }

    private func check() {
        _ = (reader.heartbeat, reader.droppedSeries)
        let count = families.reduce(0) { $0 + $1.count }
        require(count == reader.seriesCount, "\(count) series are served, \(reader.seriesCount) counted")
        require(count <= largestLimit, "\(count) series are served with a limit of \(largestLimit)")
        // What was served once stays, after a fault too.
        require(reader.families.starts(with: familiesBefore), "a family has changed or gone")
        require(Set(reader.families.map(\.name)).count == reader.families.count, "a family is served twice")
        for family in reader.families[familiesBefore.count...] { check(family) }
        familiesBefore = reader.families
        for (family, series) in zip(reader.families, families) {
            for one in series { check(one, of: family) }
            checkTogether(series.map(\.cells))
        }
    }

    private func check(_ family: MetricFamily) {
        require(MetricName.isLegal(family.name), "an illegal name: \(family.name)")
        require(family.name.utf8.count <= SegmentLayout.longestName, "a name too long")
        require(family.help.utf8.count <= SegmentLayout.longestHelp, "a help text too long")
        require((family.kind == .histogram) == !family.buckets.isEmpty, "\(family.kind) with bounds \(family.buckets)")
        require(family.buckets.allSatisfy(\.isFinite), "bounds not finite")
        require(zip(family.buckets, family.buckets.dropFirst()).allSatisfy { $0 < $1 }, "bounds not ascending")
        require((family.kind == .nativeHistogram) == (family.shape != nil), "\(family.kind) with a shape or without")
        require((family.shape?.bucketCount ?? 1) <= NativeShape.mostBuckets, "too many native buckets")
        require((family.kind == .stateSet) == !family.states.isEmpty, "\(family.kind) with states \(family.states)")
        require(family.states.count <= MetricFamily.mostStates, "too many states")
        require(Set(family.states).count == family.states.count && !family.states.contains(""), "states twice or empty")
        require(family.declaredUnit == nil || family.unit == family.declaredUnit, "a unit that the name does not end in")
        require(
            !family.keepsExemplars || family.kind == .counter || family.kind == .histogram, "\(family.kind) with exemplars")
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

    private func check(_ series: SegmentSeries, of family: MetricFamily) {
        let places = Places(series.cells)
        require(
            places.first + places.count <= SegmentLayout.cellCapacity
                && places.count == series.cells.form.cellCount(of: family),
            "cells \(places.first) + \(places.count) out of bounds, or not as many as \(family.kind) has")
        require((1...SegmentLayout.mostPlanes).contains(places.planes), "\(places.planes) planes")
        require(series.cells.form.suits(family.kind), "values of the wrong form")
        let created = reader.created(series.cells)
        require(created.map { $0.isFinite && $0 > 0 } ?? true, "created at \(String(describing: created))")
        check(reader.point(series.cells, of: family), of: family)
        check(reader.exemplars(series.cells), of: family, places)
        _ = (reader.value(series.cells), reader.integer(series.cells))
    }

    private func check(_ value: PointValue, of family: MetricFamily) {
        switch (value, family.kind) {
        case (.integer, .counter), (.double, .counter), (.integer, .gauge), (.double, .gauge), (.summary, .summary),
            (.info, .info):
            break
        case (.histogram(let counts, _), .histogram):
            require(counts.count == family.buckets.count + 1, "\(counts.count) buckets")
        case (.nativeHistogram(let value), .nativeHistogram):
            require(value.shape == family.shape && value.counts.count == value.shape.bucketCount, "another shape")
            _ = value.count
        case (.stateSet(let state), .stateSet):
            require(state.map(family.states.indices.contains) ?? true, "state \(String(describing: state)) of \(family.states)")
        default: require(false, "\(value) of a \(family.kind)")
        }
    }

    private func check(_ exemplars: [Exemplar?], of family: MetricFamily, _ places: Places) {
        require(exemplars.isEmpty || family.keepsExemplars, "exemplars of \(family.name), which keeps none")
        require(exemplars.isEmpty || exemplars.count == max(1, places.count - 1), "\(exemplars.count) exemplars")
        require(
            places.exemplars == 0
                || places.exemplars % 8 == 0
                    && places.exemplars + max(1, places.count - 1) * 272 <= SegmentLayout.arenaCapacity,
            "exemplars out of bounds at \(places.exemplars)")
        for case .some(let exemplar) in exemplars {
            require(exemplar.value.isFinite, "an exemplar without a value")
            guard let labels = try? LabelBytes.parse(exemplar.labels) else {
                require(false, "labels of an exemplar that do not parse: \(exemplar.labels)")
                continue
            }
            let length = labels.reduce(0) { $0 + $1.name.unicodeScalars.count + $1.value.unicodeScalars.count }
            require(length <= 128, "an exemplar of \(length) characters")
        }
    }

    /// Readings of many series at once stay within what they are given.
    private func checkTogether(_ cells: [CellRange]) {
        var integers = [UInt64](repeating: 0, count: cells.count)
        reader.readIntegers(cells[...], into: &integers)
        var doubles = [UInt64](repeating: 0, count: cells.count / 2)
        reader.readDoubleBits(cells[...], into: &doubles)
        for one in cells where one.form == .histogram {
            _ = reader.readHistogram(one, into: &integers)
            _ = (reader.bucket(one, integers.count), reader.bucket(one, -1))
        }
    }

    /// The places are the reader's own affair: only its mirror shows them.
    private struct Places {
        var first = -1
        var count = -1
        var planes = -1
        var exemplars = -1

        init(_ cells: CellRange) {
            for child in Mirror(reflecting: cells).children {
                let number = (child.value as? any BinaryInteger).map { Int($0) }
                switch child.label {
                case "first": first = number ?? -1
                case "count": count = number ?? -1
                case "planes": planes = number ?? -1
                case "exemplars": exemplars = number ?? -1
                default: break
                }
            }
            require(min(first, count, planes, exemplars) >= 0, "the places of the cells are not to be seen")
        }
    }
}
