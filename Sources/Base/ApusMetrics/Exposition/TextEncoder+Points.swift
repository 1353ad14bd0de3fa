extension TextEncoder {
    /// Writes one series of the family that was begun last, whatever its kind.
    ///
    /// Text and OpenMetrics 1.0 have a native histogram as a classic one. A value that is not of the family's kind is left out: it
    /// would spoil the whole exposition.
    public mutating func point(_ point: Point, of family: MetricFamily) {
        switch (family.kind, point.value) {
        case (.gauge, .double(let value)): line(family.name, point.labels, value)
        case (.counter, .double(let value)) where format == .text004: line(family.name, point.labels, value)
        case (.counter, .integer), (.counter, .double): counter(point, family)
        case (.gauge, .integer), (.info, .info):
            open(family.name, point.labels)
            number(point.value)
            newline()
        case (.stateSet, .stateSet(let active)): stateSet(point, active, family)
        case (.summary, .summary(let count, let sum)):
            if format == .openMetrics200 {
                composite(point, family, summaryOf: count, sum)
            } else {
                summary(point, family, count, sum)
            }
        case (.histogram, .histogram(let counts, let sum)):
            bounds.use(family.buckets)
            if format == .openMetrics200 {
                composite(point, family, cumulative(counts), sum, native: nil)
            } else {
                histogram(point, family, cumulative(counts), sum)
            }
        case (.nativeHistogram, .nativeHistogram(let value)):
            bounds.use(value.shape)
            if format == .openMetrics200 {
                composite(point, family, value.classicCounts, value.sum, native: value)
            } else {
                histogram(point, family, value.classicCounts, value.sum)
            }
        default: break
        }
    }

    private mutating func counter(_ point: Point, _ family: MetricFamily) {
        open(family.name, point.labels)
        number(point.value)
        if format == .openMetrics200 { startTime(point.finiteCreated) }
        if let exemplar = point.exemplars.first ?? nil, format == .openMetrics200 || family.isOpenMetricsCounter {
            self.exemplar(exemplar)
        }
        newline()
        if writesCreated && family.isOpenMetricsCounter { created(point, family) }
    }

    private mutating func stateSet(_ point: Point, _ active: Int?, _ family: MetricFamily) {
        let label = family.stateLabel
        for (index, state) in family.states.enumerated() {
            open(family.name, point.labels, label) { LabelBytes.appendEscaped(state, to: &$0) }
            NumberText.append(index == active ? 1 : 0 as UInt64, to: &bytes)
            newline()
        }
    }

    private mutating func summary(_ point: Point, _ family: MetricFamily, _ count: UInt64, _ sum: Double) {
        if isLegal(sum: sum) { self.sum(point, family, sum) }
        self.count(point, family, count)
        created(point, family)
    }

    private mutating func histogram(_ point: Point, _ family: MetricFamily, _ counts: [UInt64], _ sum: Double) {
        for (index, count) in counts.enumerated() {
            open(family.name, suffix: "_bucket", point.labels, "le") { [bounds] in
                $0.append(contentsOf: bounds.text(index))
            }
            NumberText.append(count, to: &bytes)
            if format == .openMetrics100, let exemplar = point.exemplar(ofBucket: index, bounds.values) {
                self.exemplar(exemplar)
            }
            newline()
        }
        // OpenMetrics 1.0 has the count if and only if it has the sum.
        if isLegal(sum: sum) && !(format == .openMetrics100 && bounds.hasNegative) {
            self.sum(point, family, sum)
            count(point, family, counts.last ?? 0)
        }
        created(point, family)
    }

    /// Whether the format lets a sum be so: in OpenMetrics 1.0 it is a counter, which is not negative and is a number.
    func isLegal(sum: Double) -> Bool { format != .openMetrics100 || sum >= 0 }

    private mutating func sum(_ point: Point, _ family: MetricFamily, _ sum: Double) {
        open(family.name, suffix: "_sum", point.labels)
        NumberText.append(sum, to: &bytes)
        newline()
    }

    private mutating func count(_ point: Point, _ family: MetricFamily, _ count: UInt64) {
        open(family.name, suffix: "_count", point.labels)
        NumberText.append(count, to: &bytes)
        newline()
    }

    private mutating func created(_ point: Point, _ family: MetricFamily) {
        guard writesCreated, !isUntyped, format == .openMetrics100, let created = point.finiteCreated else { return }
        open(family.openMetricsName, suffix: "_created", point.labels)
        NumberText.append(created, to: &bytes)
        newline()
    }

    /// Counts of all buckets of ``bounds``: one that the point does not have is empty, and `+Inf` has all.
    private func cumulative(_ counts: [UInt64]) -> [UInt64] {
        var total: UInt64 = 0
        var cumulative = bounds.values.indices.map { index in
            if index < counts.count { total &+= counts[index] }
            return total
        }
        for count in counts.dropFirst(cumulative.count) { total &+= count }
        cumulative[cumulative.count - 1] = total
        return cumulative
    }

    /// A series up to its value.
    mutating func open(_ name: String, suffix: String = "", _ labels: [UInt8]) {
        bytes.append(contentsOf: name.utf8)
        bytes.append(contentsOf: suffix.utf8)
        if !labels.isEmpty {
            bytes.append(UInt8(ascii: "{"))
            bytes.append(contentsOf: labels)
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: " "))
    }

    /// Opens a line whose last label is one of the format's own.
    mutating func open(
        _ name: String, suffix: String = "", _ labels: [UInt8], _ label: String, value: (inout [UInt8]) -> Void
    ) {
        bytes.append(contentsOf: name.utf8)
        bytes.append(contentsOf: suffix.utf8)
        bytes.append(UInt8(ascii: "{"))
        if !labels.isEmpty {
            bytes.append(contentsOf: labels)
            bytes.append(UInt8(ascii: ","))
        }
        bytes.append(contentsOf: label.utf8)
        bytes.append(UInt8(ascii: "="))
        bytes.append(UInt8(ascii: "\""))
        value(&bytes)
        bytes.append(contentsOf: "\"} ".utf8)
    }

    /// The value of a series that is worth one number.
    private mutating func number(_ value: PointValue) {
        switch value {
        case .integer(let value): NumberText.append(value, to: &bytes)
        case .double(let value): NumberText.append(value, to: &bytes)
        default: bytes.append(UInt8(ascii: "1"))
        }
    }

    mutating func newline() { bytes.append(UInt8(ascii: "\n")) }
}
