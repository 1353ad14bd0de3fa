/// Names of labels, each once. They are few, so that looking through them beats hashing each.
struct LabelNames: Hashable, Sendable {
    /// Ascending, so that equal sets are equal arrays.
    private(set) var names: [String] = []

    init(_ names: some Sequence<String>) {
        formUnion(names)
    }

    private init(ascending names: [String]) {
        self.names = names
    }

    var isEmpty: Bool { names.isEmpty }

    func contains(_ name: String) -> Bool { names.contains(name) }

    mutating func insert(_ name: String) {
        guard !contains(name) else { return }
        names.insert(name, at: names.firstIndex { name < $0 } ?? names.endIndex)
    }

    mutating func remove(_ name: String) {
        if let index = names.firstIndex(of: name) { names.remove(at: index) }
    }

    mutating func formUnion(_ others: some Sequence<String>) {
        for name in others { insert(name) }
    }

    func union(_ others: some Sequence<String>) -> Self {
        var all = self
        all.formUnion(others)
        return all
    }

    func filter(_ isIncluded: (String) -> Bool) -> Self { Self(ascending: names.filter(isIncluded)) }

    func intersection(_ others: Self) -> Self { filter(others.contains) }

    func subtracting(_ others: some Sequence<String>) -> Self {
        var rest = self
        for name in others { rest.remove(name) }
        return rest
    }

    func symmetricDifference(_ others: Self) -> Self { subtracting(others).union(others.subtracting(self)) }
}

extension LabelNames: Sequence {
    func makeIterator() -> IndexingIterator<[String]> { names.makeIterator() }
}

extension LabelNames: ExpressibleByArrayLiteral {
    init(arrayLiteral names: String...) { self.init(names) }
}
