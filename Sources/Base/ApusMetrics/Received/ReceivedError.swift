/// Why a text that a service reports is refused, with the place.
package struct ReceivedError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The line, from 1.
    package let line: Int
    /// The column in code points of Unicode, from 1.
    package let column: Int
    /// What is wrong and what to do about it.
    package let reason: String

    /// The maximum number of code points of a reason, which quotes what somebody else has written.
    private static let longestReason = 400

    init(line: Int, column: Int = 1, _ reason: String) {
        self.line = line
        self.column = column
        self.reason = String(String.UnicodeScalarView(reason.unicodeScalars.prefix(Self.longestReason)))
    }

    init(_ error: ExpositionSyntaxError) { self.init(line: error.line, column: error.column, error.reason) }

    package var description: String { "line \(line), column \(column): \(reason)" }
}

/// The format of a text that a service reports.
package enum ReceivedTextFormat: Sendable {
    /// Prometheus text 0.0.4, or 1.0.0, which has names in quotes besides.
    case text
    /// OpenMetrics 1.0.
    case openMetrics

    /// The format that a `Content-Type` names: text without one; `nil` when it is none that is read.
    package init?(contentType: String?) {
        guard let contentType else {
            self = .text
            return
        }
        let parts = contentType.split(separator: ";").map { part in
            part.utf8.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }.map { byte in
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
            }
        }.map { String(decoding: $0, as: UTF8.self) }
        switch parts.first {
        case nil, "", "text/plain": self = .text
        case "application/openmetrics-text" where !parts.contains { $0.hasPrefix("version=2") }: self = .openMetrics
        default: return nil
        }
    }

    var grammar: ExpositionReader.Grammar {
        switch self {
        case .text: .quotedText
        case .openMetrics: .any
        }
    }
}
