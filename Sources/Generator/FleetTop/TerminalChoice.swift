package import ApusTerminal
import ArgumentParser

/// When colours are used.
package enum ColourChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
    case never, auto, always

    /// - Parameter isTerminal: whether the output is one.
    package func isOn(_ environment: [String: String], isTerminal: Bool) -> Bool {
        switch self {
        case .never: false
        case .always: true
        // https://no-color.org: whatever it is, unless it is empty.
        case .auto: isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && !["", "dumb"].contains(environment["TERM"] ?? "")
        }
    }
}

extension TextCells.Signs {
    /// The signs that the locale of an environment has (locale(7)): the first of three variables that is there counts.
    package init(_ environment: [String: String]) {
        let named = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        let name = named.lowercased()
        self = name.contains("utf-8") || name.contains("utf8") ? .utf8 : .ascii
    }
}
