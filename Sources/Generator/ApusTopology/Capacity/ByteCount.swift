/// A number of bytes, written with its unit.
public struct ByteCount: Hashable, Comparable, Sendable {
    public let bytes: Int

    public static func bytes(_ count: Int) -> Self { Self(bytes: count) }

    /// Units of 1,048,576 bytes.
    public static func mebibytes(_ count: Int) -> Self { Self(bytes: count * 1_048_576) }

    public static func < (left: Self, right: Self) -> Bool { left.bytes < right.bytes }
}
