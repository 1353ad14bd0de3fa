extension TextEncoder {
    /// Starts a family that somebody else reports.
    package mutating func begin(_ family: ReceivedFamily) {
        let type = family.typeName(in: format)
        switch format {
        case .text004, .protobuf:
            if !family.help.isEmpty { metadata("HELP", family.name, help: family.help) }
            metadata("TYPE", family.name, type)
        case .openMetrics100, .openMetrics200:
            let name = format == .openMetrics100 ? family.openMetricsName : family.name
            if format == .openMetrics100 { note(type: type) }
            metadata("TYPE", name, type)
            if let unit = family.openMetricsUnit { metadata("UNIT", name, unit) }
            if !family.help.isEmpty { metadata("HELP", name, help: family.help) }
        }
    }

    /// Writes one series of the received family that was begun last.
    ///
    /// - Parameter target: rendered labels that stand before the series' own; may be empty.
    package mutating func received(_ series: ReceivedSeries, of family: ReceivedFamily, target: [UInt8]) {
        let labels =
            target.isEmpty || series.labels.isEmpty ? target + series.labels : target + [UInt8(ascii: ",")] + series.labels
        switch series.value {
        case .integer, .number, .info: number(series, family, labels)
        case .stateSet(let states):
            for state in states {
                open(family.name, labels, family.stateLabel) { LabelBytes.appendEscaped(state.name, to: &$0) }
                NumberText.append(state.isActive ? 1 : 0 as UInt64, to: &bytes)
                newline()
            }
        case .summary(let value): summary(value, series, family, labels)
        case .histogram(let value): histogram(value, native: nil, series, family, labels)
        case .exponential(let value): histogram(value.classic, native: value, series, family, labels)
        }
    }

    private mutating func number(_ series: ReceivedSeries, _ family: ReceivedFamily, _ labels: [UInt8]) {
        open(family.name, labels)
        switch series.value {
        case .integer(let value):
            if value < 0 { bytes.append(UInt8(ascii: "-")) }
            NumberText.append(UInt64(truncatingIfNeeded: value.magnitude), to: &bytes)
        case .number(let value): NumberText.append(value, to: &bytes)
        default: bytes.append(UInt8(ascii: "1"))
        }
        if format == .openMetrics200 { startTime(series.finiteCreated) }
        let isCounter = family.isOpenMetricsCounter && !family.isUntypedInOpenMetrics
        if let exemplar = series.exemplars.first ?? nil, format == .openMetrics200 || isCounter { self.exemplar(exemplar) }
        newline()
        if isCounter { created(series, family, labels) }
    }

    private mutating func summary(
        _ value: ReceivedSummary, _ series: ReceivedSeries, _ family: ReceivedFamily, _ labels: [UInt8]
    ) {
        guard format != .openMetrics200 else {
            open(family.name, labels)
            beginComposite(value.count ?? 0, value.sum ?? .nan)
            bytes.append(contentsOf: ",quantile:[".utf8)
            for (index, one) in value.quantiles.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes.append(contentsOf: NumberText.bound(one.quantile).utf8)
                bytes.append(UInt8(ascii: ":"))
                NumberText.append(one.value, to: &bytes)
            }
            bytes.append(contentsOf: "]}".utf8)
            startTime(series.finiteCreated)
            return newline()
        }
        // OpenMetrics 1.0 forbids quantiles below zero.
        for one in value.quantiles where format != .openMetrics100 || !(one.value < 0) {
            open(family.name, labels, "quantile") { $0.append(contentsOf: NumberText.bound(one.quantile).utf8) }
            NumberText.append(one.value, to: &bytes)
            newline()
        }
        if let sum = value.sum, isLegal(sum: sum) { line(family, "_sum", labels) { NumberText.append(sum, to: &$0) } }
        if let count = value.count { line(family, "_count", labels) { NumberText.append(count, to: &$0) } }
        created(series, family, labels)
    }

    /// - Parameter native: what OpenMetrics 2.0 has besides the classic buckets.
    private mutating func histogram(
        _ value: ReceivedHistogram, native: ExponentialValue?, _ series: ReceivedSeries, _ family: ReceivedFamily,
        _ labels: [UInt8]
    ) {
        bounds.use(value.bounds)
        guard format != .openMetrics200 else {
            open(family.name, labels)
            composite(value.cumulativeCounts, value.sum ?? .nan, native: native.map(NativeFields.init))
            startTime(series.finiteCreated)
            for case let exemplar? in series.exemplars { self.exemplar(exemplar) }
            return newline()
        }
        for (index, count) in value.cumulativeCounts.enumerated() {
            open(family.name, suffix: "_bucket", labels, "le") { [bounds] in $0.append(contentsOf: bounds.text(index)) }
            NumberText.append(count, to: &bytes)
            if format == .openMetrics100, let exemplar = series.exemplar(ofBucket: index, bounds.values) {
                self.exemplar(exemplar)
            }
            newline()
        }
        let isGauge = family.kind == .gaugeHistogram
        let hasNegative = bounds.hasNegative || !(native?.negative.counts.isEmpty ?? true)
        let sum = value.sum.flatMap { isLegal(sum: $0, ofGauge: isGauge, hasNegative: hasNegative) ? $0 : nil }
        if let sum { line(family, isGauge ? "_gsum" : "_sum", labels) { NumberText.append(sum, to: &$0) } }
        // OpenMetrics 1.0 has the count if and only if it has the sum.
        if sum != nil || format != .openMetrics100 {
            line(family, isGauge ? "_gcount" : "_count", labels) { NumberText.append(value.count, to: &$0) }
        }
        if !isGauge { created(series, family, labels) }
    }

    /// Whether the format lets the sum of a histogram be so.
    private func isLegal(sum: Double, ofGauge isGauge: Bool, hasNegative: Bool) -> Bool {
        guard format == .openMetrics100, isGauge else {
            return isLegal(sum: sum) && !(format == .openMetrics100 && hasNegative)
        }
        return sum >= 0 || hasNegative && !sum.isNaN
    }

    private mutating func line(
        _ family: ReceivedFamily, _ suffix: String, _ labels: [UInt8], value: (inout [UInt8]) -> Void
    ) {
        open(family.name, suffix: suffix, labels)
        value(&bytes)
        newline()
    }

    private mutating func created(_ series: ReceivedSeries, _ family: ReceivedFamily, _ labels: [UInt8]) {
        guard writesCreated, !isUntyped, format == .openMetrics100, let created = series.finiteCreated else { return }
        open(family.openMetricsName, suffix: "_created", labels)
        NumberText.append(created, to: &bytes)
        newline()
    }
}

extension ReceivedSeries {
    /// The beginning of the count when it is known.
    var finiteCreated: Double? {
        guard let created, created.isFinite else { return nil }
        return created
    }

    /// The exemplar of a classic bucket; of an exponential histogram the first whose value lies in it.
    func exemplar(ofBucket index: Int, _ bounds: [Double]) -> Exemplar? {
        guard case .exponential = value else { return index < exemplars.count ? exemplars[index] : nil }
        return exemplars.lazy.compactMap { $0 }.first { exemplar in
            (bounds.firstIndex { exemplar.value <= $0 } ?? bounds.count - 1) == index
        }
    }
}
