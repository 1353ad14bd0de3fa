/// A number that may be missing, in the eight bytes of a number: an optional takes sixteen, and a turn has some of each of thousands of subjects.
@propertyWrapper struct PackedNumber: Sendable {
    /// A number that is none is missing.
    private var number = Double.nan

    init() {}

    var wrappedValue: Double? {
        get { number.isNaN ? nil : number }
        set { number = newValue ?? .nan }
    }
}

/// A whole number that may be missing, in as many bytes as it takes; its type's largest is missing, which no such figure is.
@propertyWrapper struct PackedWhole<Number: FixedWidthInteger & Sendable>: Sendable {
    private var number = Number.max

    init() {}

    var wrappedValue: Number? {
        get { number == .max ? nil : number }
        set { number = newValue ?? .max }
    }
}

/// What few have, in the eight bytes of a reference.
@propertyWrapper struct Boxed<Value: Sendable>: Sendable {
    private var box: Box?

    private final class Box: Sendable {
        let value: Value
        init(_ value: Value) { self.value = value }
    }

    init() {}

    var wrappedValue: Value? {
        get { box?.value }
        set { box = newValue.map { Box($0) } }
    }
}
