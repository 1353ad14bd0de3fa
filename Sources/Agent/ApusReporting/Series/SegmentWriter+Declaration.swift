import ApusMetrics
import ApusSegment

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
