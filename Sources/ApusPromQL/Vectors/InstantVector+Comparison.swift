/// Comparisons keep the series for which they hold, with the value of the left side.
extension InstantVector {
    public static func == (left: Self, right: Double) -> Self { left.combined(.equal, right) }
    public static func != (left: Self, right: Double) -> Self { left.combined(.notEqual, right) }
    public static func < (left: Self, right: Double) -> Self { left.combined(.less, right) }
    public static func <= (left: Self, right: Double) -> Self { left.combined(.lessOrEqual, right) }
    public static func > (left: Self, right: Double) -> Self { left.combined(.greater, right) }
    public static func >= (left: Self, right: Double) -> Self { left.combined(.greaterOrEqual, right) }

    public static func == (left: Self, right: Self) -> Self { left.combined(.equal, right) }
    public static func != (left: Self, right: Self) -> Self { left.combined(.notEqual, right) }
    public static func < (left: Self, right: Self) -> Self { left.combined(.less, right) }
    public static func <= (left: Self, right: Self) -> Self { left.combined(.lessOrEqual, right) }
    public static func > (left: Self, right: Self) -> Self { left.combined(.greater, right) }
    public static func >= (left: Self, right: Self) -> Self { left.combined(.greaterOrEqual, right) }
}
