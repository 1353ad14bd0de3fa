import Foundation

/// Figures in a few cells: as people read them in a table. Numbers from outside may be of any size.
package enum FigureText {
    /// Bytes, such as `512`, `48.2M` or `1.5G`, in powers of 1,024.
    package static func bytes(_ value: Double) -> String { scaled(value, by: 1024, ["", "K", "M", "G", "T", "P"]) }

    /// A count, such as `950`, `1.2k` or `40M`, in powers of 1,000 from 10,000 on.
    package static func count(_ value: Double) -> String {
        abs(value) < 10_000
            ? number(value, decimals: value == value.rounded() ? 0 : 1)
            : scaled(value, by: 1000, ["", "k", "M", "G", "T", "P"])
    }

    /// A number by which something is called, such as that of a process, in all its digits.
    package static func whole(_ value: Double) -> String {
        // No process has a number past 22 bits.
        value >= 0 && value < 1e7 && value == value.rounded() ? "\(Int(value))" : "?"
    }

    /// A share in percent, with one decimal below 100.
    package static func percent(_ value: Double) -> String { number(value, decimals: abs(value) < 99.95 ? 1 : 0) }

    /// A time in its largest unit, such as `5s`, `3m`, `2h` or `4d`.
    package static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds > 0 else { return "0s" }
        for (size, unit) in [(86_400.0, "d"), (3600.0, "h"), (60.0, "m")] where seconds >= size * 2 {
            let count = (seconds / size).rounded(.down)
            return number(count, decimals: 0) + (count < largest ? unit : "")
        }
        return number(seconds.rounded(.down), decimals: 0) + "s"
    }

    /// What is larger than this in its largest unit is no figure of a computer.
    private static let largest = 1e5

    private static func scaled(_ value: Double, by step: Double, _ units: [String]) -> String {
        var (value, index) = (value, 0)
        // 1,023.95 would be written as 1024.0.
        while abs(value) >= step - 0.05, index < units.count - 1 { (value, index) = (value / step, index + 1) }
        guard abs(value) < largest else { return number(value, decimals: 0) }
        return number(value, decimals: index == 0 || abs(value) >= 99.95 ? 0 : 1) + units[index]
    }

    private static func number(_ value: Double, decimals: Int) -> String {
        guard value.isFinite else { return "?" }
        guard abs(value) < largest else { return value < 0 ? "-huge" : "huge" }
        let text = String(format: "%.\(decimals)f", value)
        return text.hasPrefix("-0") && Double(text) == 0 ? String(text.dropFirst()) : text
    }
}

/// The course of a figure in one line, a sign a point.
package enum Sparkline {
    private static let steps = Array("▁▂▃▄▅▆▇█")

    /// - Parameters:
    ///   - values: the newest at the end; of a gap `nil`, which is blank.
    ///   - width: how many of the last values are shown; blanks stand for those that are not there.
    ///   - least: what the highest sign stands for at least, so that the noise of a small figure is not drawn as mountains.
    package static func text(_ values: [Double?], width: Int, least: Double) -> String {
        let shown = values.suffix(max(0, width))
        let top = max(least, shown.compactMap(\.self).filter(\.isFinite).max() ?? 0)
        let signs = shown.map { value -> Character in
            guard let value, value.isFinite, top > 0 else { return " " }
            let part = min(max(0, value / top), 1) * Double(steps.count)
            return steps[min(steps.count - 1, Int(part))]
        }
        return String(repeating: " ", count: max(0, width - signs.count)) + String(signs)
    }
}
