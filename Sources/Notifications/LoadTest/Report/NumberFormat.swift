/// Numbers for people.
enum NumberFormat {
    /// At most three decimals, none that are zero at the end.
    static func short(_ value: Double) -> String {
        let rounded = (value * 1000).rounded() / 1000
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int64(rounded)) : String(rounded)
    }

    /// One decimal, padded on the left to the width.
    static func column(_ value: Double, width: Int = 10) -> String {
        let tenths = Int64((value * 10).rounded())
        return padded("\(tenths / 10).\(abs(tenths % 10))", width: width)
    }

    static func padded(_ text: String, width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
