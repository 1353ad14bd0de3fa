import ApusLimits
import ApusMetrics
import ApusPatterns
import ApusText

/// A pattern that is ready to be looked for. Belongs to one thread.
final class CompiledPattern {
    let pattern: JournalPattern
    let shape: String
    private let field: JournalField
    private let matches: [(field: JournalField, value: [UInt8])]
    private let expression: RegularExpression
    private let labelGroups: [Int]
    private let valueGroup: Int?

    init(_ pattern: JournalPattern) throws(JournalPatternFault) {
        self.pattern = pattern
        shape = pattern.shape
        field = JournalField(named: pattern.field)
        matches = pattern.matches.map { (JournalField(named: $0.field), Array($0.value.utf8)) }
        do throws(RegularExpressionFault) { expression = try RegularExpression(pattern.expression) } catch {
            throw .expression(error)
        }
        let numbers = Dictionary(expression.groups.map { ($0.name, $0.number) }, uniquingKeysWith: { first, _ in first })
        var groups: [Int] = []
        for name in pattern.family.labelNames + [pattern.valueGroup].compactMap({ $0 }) {
            guard let number = numbers[name] else { throw .group(name) }
            groups.append(number)
        }
        labelGroups = Array(groups.prefix(pattern.family.labelNames.count))
        valueGroup = pattern.valueGroup == nil ? nil : groups.last
    }

    /// What an entry comes to.
    enum Finding {
        case none
        /// The labels' values, and what was observed by a histogram.
        case found(labels: [String], value: Double?)
        /// The bound of work was met, a value is no number, or a field cannot be read.
        case failed
    }

    func look(at reader: JournalReader) -> Finding {
        for match in matches {
            switch reader.withField(match.field, { $0.elementsEqual(match.value) }) {
            case .value(true): break
            case .value(false), .absent: return .none
            case .unreadable: return .failed
            }
        }
        return switch reader.withField(field, { look(in: $0) }) {
        case .value(let finding): finding
        case .absent: .none
        case .unreadable: .failed
        }
    }

    /// Looks in any bytes. What is no UTF-8 matches nothing in PCRE2: where some is, U+FFFD stands for it, as in a label.
    private func look(in text: UnsafeRawBufferPointer) -> Finding {
        guard text.contains(where: { $0 >= 0x80 }), String(validating: text, as: UTF8.self) == nil else {
            return find(in: text)
        }
        var mended = String(decoding: text, as: UTF8.self)
        return mended.withUTF8 { find(in: UnsafeRawBufferPointer($0)) }
    }

    private func find(in text: UnsafeRawBufferPointer) -> Finding {
        switch expression.search(text.bytes) {
        case .absent: return .none
        case .found: break
        case .givenUp: return .failed
        }
        let labels = labelGroups.map {
            String(
                decoding: LabelBytes.withoutNull(
                    Array((bytes(of: $0, in: text) ?? []).prefix(JournalFollowingLimits.patternLabel.value.bytes))),
                as: UTF8.self)
        }
        guard let valueGroup else { return .found(labels: labels, value: nil) }
        guard let digits = bytes(of: valueGroup, in: text), let value = String(decoding: digits, as: UTF8.self).wholeDouble,
            value.isFinite
        else { return .failed }
        return .found(labels: labels, value: value)
    }

    private func bytes(of group: Int, in text: UnsafeRawBufferPointer) -> [UInt8]? {
        guard let range = expression.range(of: group), range.upperBound <= text.count else { return nil }
        return Array(text[range])
    }
}
