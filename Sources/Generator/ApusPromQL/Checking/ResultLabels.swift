/// What is known of the labels of a result's series.
struct ResultLabels: Hashable, Sendable {
    /// Labels that series may have.
    var known: LabelNames = []
    /// Whether there may be others, but for ``gone``.
    var isOpen = false
    /// Labels that no series has any more.
    var gone: LabelNames = []
    /// Labels that every series has, not empty.
    var certain: LabelNames = []
    /// Labels that have one value on all series.
    var fixed: [String: String] = [:]
    /// Labels that tell series of one target apart, by their declaration.
    var multiplying: LabelNames = []

    static let none = ResultLabels()
    static let unknown = ResultLabels(isOpen: true)

    /// The known labels, sorted.
    var names: [String] { known.names }

    func canHave(_ name: String) -> Bool { known.contains(name) || (isOpen && !gone.contains(name)) }

    mutating func add(_ name: String, isCertain: Bool) {
        known.insert(name)
        gone.remove(name)
        fixed[name] = nil
        if isCertain { certain.insert(name) } else { certain.remove(name) }
    }

    mutating func remove(_ names: some Sequence<String>) {
        for name in names {
            known.remove(name)
            certain.remove(name)
            fixed[name] = nil
            multiplying.remove(name)
            if isOpen { gone.insert(name) }
        }
    }

    func removing(_ names: some Sequence<String>) -> Self {
        var labels = self
        labels.remove(names)
        return labels
    }

    /// The labels of these names alone, as far as they can be there.
    func keeping(_ names: some Sequence<String>) -> Self {
        let kept = LabelNames(names).filter(canHave)
        return Self(
            known: kept, certain: certain.intersection(kept), fixed: fixed.filter { kept.contains($0.key) },
            multiplying: multiplying.intersection(kept))
    }

    /// The labels of series that have those of both.
    func agreeing(with other: Self) -> Self {
        var labels = Self()
        labels.isOpen = isOpen && other.isOpen
        labels.known = known.union(other.known).filter { canHave($0) && other.canHave($0) }
        labels.gone = labels.isOpen ? gone.union(other.gone) : []
        labels.certain = certain.union(other.certain).filter(labels.canHave)
        labels.fixed = fixed.merging(other.fixed) { mine, _ in mine }
        labels.multiplying = multiplying.intersection(labels.known)
        return labels
    }

    /// The labels of series of one or the other.
    func union(_ other: Self) -> Self {
        var labels = Self()
        labels.known = known.union(other.known)
        labels.isOpen = isOpen || other.isOpen
        labels.gone = labels.isOpen ? gone.union(other.gone).filter { !canHave($0) && !other.canHave($0) } : []
        labels.certain = certain.intersection(other.certain)
        labels.fixed = fixed.filter { other.fixed[$0.key] == $0.value }
        return labels
    }

    /// The labels as a message lists them.
    var list: String {
        if names.isEmpty { return isOpen ? "labels that are not known" : "no labels" }
        return (names.count == 1 ? "the label " : "the labels ") + names.joined(separator: ", ")
    }
}
