/// Why a series of a text is left out, while the rest of the text is served.
public enum LeftOutReason: String, CaseIterable, Sendable {
    /// It is there a second time: the first one is served.
    case duplicate
    /// A histogram whose buckets, count and `+Inf` contradict one another.
    case histogram
    /// A number that nothing of its type has: a counter below zero, a count that is not whole.
    case value
    /// Its name, or that of one of its labels, is another's.
    case name
    /// A `# TYPE` or `# UNIT` line contradicts what stands before it: the line is passed over.
    case type
    /// It is past a limit of one series.
    case limit
}

/// What of a text is left out, as it contradicts itself or is past a limit of one series.
package struct LeftOut: Sendable, Equatable {
    /// A series that is left out, with its place.
    package struct Series: Sendable, Equatable, CustomStringConvertible {
        package let reason: LeftOutReason
        /// The line, from 1.
        package let line: Int
        /// The family and the labels, as `family{name="value"}`.
        package let series: String
        /// What is wrong and what to do about it.
        package let words: String

        package var description: String { "line \(line): \(series) is left out: \(words)" }
    }

    /// The number of series by reason.
    package private(set) var counts: [LeftOutReason: Int] = [:]
    /// The series of the first lines that are left out, at most ``mostTold``.
    package private(set) var first: [Series] = []

    /// The maximum number of series that are told one by one.
    package static let mostTold = 5
    /// The maximum number of code points of a text that somebody else has written.
    private static let longest = 300

    package var count: Int { counts.values.reduce(0, +) }
    package var isEmpty: Bool { counts.isEmpty }

    /// - Parameters:
    ///   - labels: as ``LabelBytes`` renders them; empty without any.
    ///   - count: the number of series that go with it.
    mutating func add(
        _ reason: LeftOutReason, line: Int, family: String, labels: [UInt8] = [], _ words: String, count: Int = 1
    ) {
        counts[reason, default: 0] += count
        guard first.count < Self.mostTold || line < first.last?.line ?? 0 else { return }
        let series = labels.isEmpty ? family : "\(family){\(String(decoding: labels, as: UTF8.self))}"
        let place = first.firstIndex { $0.line > line } ?? first.endIndex
        first.insert(
            Series(reason: reason, line: line, series: Self.excerpt(series), words: Self.excerpt(words)), at: place)
        if first.count > Self.mostTold { first.removeLast() }
    }

    private static func excerpt(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(longest)))
    }

    /// A line for each series that is told, and one for the others.
    package var lines: [String] {
        let others = count - first.count
        return first.map(\.description) + (others > 0 ? ["\(others) more series are left out"] : [])
    }
}

/// What is wrong with one series, before it is known which one it is.
struct ReceivedSeriesFault: Error {
    let reason: LeftOutReason
    let words: String

    init(_ reason: LeftOutReason, _ words: String) {
        self.reason = reason
        self.words = words
    }

    static func histogram(_ words: String) -> Self { Self(.histogram, words) }
    static func value(_ words: String) -> Self { Self(.value, words) }

    init(_ fault: ReceivedLabelsFault) {
        switch fault {
        case .tooMany, .longValue, .tooLong: self.init(.limit, fault.description)
        case .sameName, .noName: self.init(.name, fault.description)
        }
    }
}
