extension InstantVector {
    /// The series of this vector that have a partner in the other with all the same labels.
    public func and(_ other: Self) -> Self { combined(.and, other.expression) }

    /// The series of this vector, and those of the other that have no partner here.
    public func or(_ other: Self) -> Self { combined(.or, other.expression) }

    /// The series of this vector that have no partner in the other.
    public func unless(_ other: Self) -> Self { combined(.unless, other.expression) }

    /// The series of this vector that have a partner in another, of any declaration, with the same values of some target labels.
    public func and<OwnKey, OtherKey>(
        _ other: InstantVector<SeriesKey<OtherKey>>, on keys: TargetKey...
    ) -> Self where Key == SeriesKey<OwnKey> {
        combined(.and, other, on: keys)
    }

    /// The series of this vector that have no partner in another, of any declaration, with the same values of some target labels.
    public func unless<OwnKey, OtherKey>(
        _ other: InstantVector<SeriesKey<OtherKey>>, on keys: TargetKey...
    ) -> Self where Key == SeriesKey<OwnKey> {
        combined(.unless, other, on: keys)
    }

    private func combined<Other>(_ symbol: PromQLOperator, _ other: InstantVector<Other>, on keys: [TargetKey]) -> Self {
        Self(.binary(symbol, PromQLMatching(labels: .on(keys.names)), expression, other.expression))
    }
}
