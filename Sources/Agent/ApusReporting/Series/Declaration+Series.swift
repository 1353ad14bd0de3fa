public import ApusMetrics
import ApusSegment

extension Counter {
    /// The series with these labels, kept as a whole number; make it once and keep it. The same labels give the same series.
    public func series(_ labels: Labels, in reporter: Reporter) -> CounterSeries {
        CounterSeries(cells: reporter.writer.cells(self, labels, form: .integer))
    }

    /// The series with these labels, kept with fractions. A series stays in the form that it is asked for first: one that counts whole
    /// numbers drops fractions.
    public func floatingSeries(_ labels: Labels, in reporter: Reporter) -> FloatingCounterSeries {
        FloatingCounterSeries(cells: reporter.writer.cells(self, labels, form: .double))
    }
}

extension Gauge {
    /// The series with these labels; make it once and keep it. The same labels give the same series.
    public func series(_ labels: Labels, in reporter: Reporter) -> GaugeSeries {
        GaugeSeries(cells: reporter.writer.cells(self, labels, form: .double))
    }
}

extension Histogram {
    /// The series with these labels; make it once and keep it. The same labels give the same series.
    public func series(_ labels: Labels, in reporter: Reporter) -> HistogramSeries {
        HistogramSeries(cells: reporter.writer.cells(self, labels, form: .histogram))
    }
}

extension NativeHistogram {
    /// The series with these labels; make it once and keep it. The same labels give the same series.
    public func series(_ labels: Labels, in reporter: Reporter) -> NativeHistogramSeries {
        NativeHistogramSeries(cells: reporter.writer.cells(self, labels, form: .nativeHistogram))
    }
}

extension Summary {
    /// The series with these labels; make it once and keep it. The same labels give the same series.
    public func series(_ labels: Labels, in reporter: Reporter) -> SummarySeries {
        SummarySeries(cells: reporter.writer.cells(self, labels, form: .summary))
    }
}

extension StateSet {
    /// The series with these labels, in no state yet; make it once and keep it. The same labels give the same series.
    public func series(_ labels: Labels, in reporter: Reporter) -> StateSeries<State> {
        StateSeries(cells: reporter.writer.cells(self, labels, form: .state))
    }
}

extension Info {
    /// Says these facts of the process, for as long as it lives.
    public func publish(_ labels: Labels, in reporter: Reporter) {
        // Not by way of `cells`: of the facts that could be, those that are not must not be said.
        _ = reporter.writer.series(family, labels: labels.pairs, form: .info)
    }
}

extension SegmentWriter {
    /// The cells of a declared series; where its labels are enumerable, all series of the family are registered along with it.
    func cells<Declaration: MetricDeclaration>(
        _ declaration: Declaration, _ labels: Declaration.Labels, form: ValueForm
    ) -> SeriesCells {
        // Asked at run time, so that generic code over any label set has it too.
        if let enumerable = Declaration.Labels.self as? any EnumerableLabels.Type {
            registerAll(declaration.family, { enumerable.allPairs }, form: form)
        }
        return series(declaration.family, labels: labels.pairs, form: form)
    }
}
