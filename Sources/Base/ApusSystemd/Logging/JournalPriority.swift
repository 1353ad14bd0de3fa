package import Logging

/// How grave a message is, syslog(3)'s levels; ``unspecified`` where an entry has no legal one.
package enum JournalPriority: UInt8, Sendable, CaseIterable, Comparable {
    case emergency, alert, critical, error, warning, notice, info, debug
    case unspecified

    package static let count = 9

    /// The label's value: syslog's keyword.
    package var name: String {
        switch self {
        case .emergency: "emerg"
        case .alert: "alert"
        case .critical: "crit"
        case .error: "err"
        case .warning: "warning"
        case .notice: "notice"
        case .info: "info"
        case .debug: "debug"
        case .unspecified: "none"
        }
    }

    /// Reads the one digit of the field PRIORITY.
    package init(field: UnsafeRawBufferPointer) {
        guard field.count == 1, let digit = field.first, (48...55).contains(digit) else {
            self = .unspecified
            return
        }
        self = JournalPriority(rawValue: digit - 48) ?? .unspecified
    }

    package static func < (one: JournalPriority, other: JournalPriority) -> Bool { one.rawValue < other.rawValue }
}

extension JournalPriority {
    /// The severity that a level of swift-log stands for.
    package init(_ level: Logger.Level) {
        self =
            switch level {
            case .trace, .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            case .critical: .critical
            }
    }
}
