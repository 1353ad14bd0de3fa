import ApusText
import Foundation

/// Which rows are shown: words that all have to be found.
///
/// A word is looked for in service, instance and unit, small and capital letters alike. `KEY:WORD` looks in one place, and a `-`
/// before it leaves out what it finds.
///
/// ```
/// checkout state:down -agent:db2
/// ```
package struct TopFilter: Sendable, Hashable {
    package enum Key: String, CaseIterable, Sendable {
        case service, instance, state, agent, kind, unit, error
    }

    private struct Term: Sendable, Hashable {
        let key: Key?
        let word: String
        let isExcluded: Bool
    }

    /// The filter as it was written.
    package let text: String
    private let terms: [Term]

    package static let all = TopFilter(unchecked: "", terms: [])
    /// The number of letters that a filter may have.
    package static let longest = 200

    private init(unchecked text: String, terms: [Term]) { (self.text, self.terms) = (text, terms) }

    /// - Throws: ``TopFilterFault`` of a key or a state that there is not.
    package init(_ text: String) throws(TopFilterFault) {
        var terms: [Term] = []
        for word in text.split(whereSeparator: \.isWhitespace) {
            let isExcluded = word.hasPrefix("-") && word.utf8.count > 1
            let term = isExcluded ? word.dropFirst() : word
            guard let colon = term.firstIndex(of: ":"), term[..<colon].allSatisfy({ $0.isASCII && $0.isLetter }),
                colon > term.startIndex
            else {
                terms.append(Term(key: nil, word: term.lowercased(), isExcluded: isExcluded))
                continue
            }
            let name = term[..<colon].lowercased()
            guard let key = Key(rawValue: name) else {
                throw TopFilterFault(
                    "\(name.quotedExcerpt()) is nothing that a filter looks in: write "
                        + Key.allCases.map { "\($0.rawValue):" }.joined(separator: ", "))
            }
            let value = term[term.index(after: colon)...].lowercased()
            let states = TopRow.State.allCases.map(\.rawValue)
            guard key != .state || states.contains(where: { $0.hasPrefix(value) }) || "stale".hasPrefix(value) else {
                throw TopFilterFault(
                    "\(value.quotedExcerpt()) is no state: write \((states + ["stale"]).joined(separator: ", "))")
            }
            terms.append(Term(key: key, word: value, isExcluded: isExcluded))
        }
        self.init(unchecked: text, terms: terms)
    }

    package var isEmpty: Bool { terms.isEmpty }

    /// Whether a row is shown.
    package func admits(_ entry: TopEntry) -> Bool {
        terms.allSatisfy { Self.finds($0, in: entry) != $0.isExcluded }
    }

    private static func finds(_ term: Term, in entry: TopEntry) -> Bool {
        func has(_ text: String?) -> Bool { text.map { $0.lowercased().containsBytes(of: term.word) } ?? false }
        let row = entry.row
        switch term.key {
        case nil: return has(row.service) || has(row.instance) || has(row.unit)
        case .service: return has(row.service)
        case .instance: return has(row.instance)
        case .state: return row.state.rawValue.hasPrefix(term.word) || entry.isStale && "stale".hasPrefix(term.word)
        case .agent: return has(entry.agentLabel) || has(entry.agentHost)
        case .kind: return has(row.kind)
        case .unit: return has(row.unit)
        case .error: return has(row.lastError?.message) || has(row.hungReason)
        }
    }
}

/// Why a text is no filter.
package struct TopFilterFault: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

extension String {
    /// Whether the bytes of another text are among those of this one (``ByteText`` says why not letters).
    fileprivate func containsBytes(of other: String) -> Bool {
        let (own, wanted) = (Array(utf8), Array(other.utf8))
        guard let first = wanted.first else { return true }
        guard own.count >= wanted.count else { return false }
        return (0...(own.count - wanted.count)).contains { start in
            own[start] == first && own[start..<(start + wanted.count)].elementsEqual(wanted)
        }
    }
}
