extension InstantVector {
    /// The series of this vector that have a partner in the other with all the same labels.
    public func and(_ other: Self) -> Self { combined(.and, other) }

    /// This vector's series, and those of the other that have no partner here.
    public func or(_ other: Self) -> Self { combined(.or, other) }

    /// The series of this vector that have no partner in the other.
    public func unless(_ other: Self) -> Self { combined(.unless, other) }

    /// The series of this vector that have a partner in another, of any declaration, with the same values of some target labels.
    public func and<OwnKey, OtherKey>(
        _ other: InstantVector<SeriesKey<OtherKey>>, on keys: TargetKey...
    ) -> Self where Key == SeriesKey<OwnKey> {
        Self(.binary(.and, expression, other.expression, on: keys.map(\.rawValue)))
    }

    /// The series of this vector that have no partner in another, of any declaration, with the same values of some target labels.
    public func unless<OwnKey, OtherKey>(
        _ other: InstantVector<SeriesKey<OtherKey>>, on keys: TargetKey...
    ) -> Self where Key == SeriesKey<OwnKey> {
        Self(.binary(.unless, expression, other.expression, on: keys.map(\.rawValue)))
    }
}
