import ApusLimits
import ApusMetrics
import CPatterns
import Glibc

/// A pattern that is ready to be looked for. Belongs to one thread.
final class CompiledPattern {
    let pattern: JournalPattern
    let shape: String
    private let field: JournalField
    private let matches: [(field: JournalField, value: [UInt8])]
    // Valid until `deinit`, which alone frees it.
    private let code: OpaquePointer
    private let labelGroups: [Int32]
    private let valueGroup: Int32?

    init(_ pattern: JournalPattern) throws(JournalPatternFault) {
        self.pattern = pattern
        shape = pattern.shape
        field = JournalField(named: pattern.field)
        matches = pattern.matches.map { (JournalField(named: $0.field), Array($0.value.utf8)) }
        var message = [CChar](repeating: 0, count: 256)
        var offset = 0
        guard
            let code = apus_pattern_compile(pattern.expression, pattern.expression.utf8.count, &message, message.count, &offset)
        else {
            let reason = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw .expression(reason: String(decoding: reason, as: UTF8.self), offset: offset)
        }
        let names = pattern.family.labelNames + [pattern.valueGroup].compactMap { $0 }
        let groups = names.map { apus_pattern_group(code, $0) }
        if let missing = zip(names, groups).first(where: { $0.1 < 0 }) {
            apus_pattern_free(code)
            throw .group(missing.0)
        }
        self.code = code
        labelGroups = Array(groups.prefix(pattern.family.labelNames.count))
        valueGroup = pattern.valueGroup == nil ? nil : groups.last
    }

    deinit { apus_pattern_free(code) }

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

    private func look(in text: UnsafeRawBufferPointer) -> Finding {
        switch apus_pattern_match(code, text.baseAddress, text.count) {
        case 0: return .none
        case 1: break
        default: return .failed
        }
        let labels = labelGroups.map {
            String(
                decoding: LabelBytes.withoutNull(
                    Array((bytes(of: $0, in: text) ?? []).prefix(JournalFollowingLimits.patternLabel.value.bytes))),
                as: UTF8.self)
        }
        guard let valueGroup else { return .found(labels: labels, value: nil) }
        guard let digits = bytes(of: valueGroup, in: text), let value = Double(String(decoding: digits, as: UTF8.self)),
            value.isFinite
        else { return .failed }
        return .found(labels: labels, value: value)
    }

    private func bytes(of group: Int32, in text: UnsafeRawBufferPointer) -> [UInt8]? {
        var (start, end) = (0, 0)
        guard apus_pattern_range(code, group, &start, &end) == 1, start <= end, end <= text.count else { return nil }
        return Array(text[start..<end])
    }
}
