import ApusLimits
import ApusSystemd
import ApusMetrics

/// What a run of entries adds to the counts: gathered apart, so that the counts change by whole runs together with the cursor,
/// and a run can be thrown away and read again.
struct JournalBatch {
    /// For each counted entry, its unit's number × 9 + its priority.
    private(set) var cells: [UInt32] = []
    private(set) var events: [JournalEventSeries: UInt64] = [:]
    /// The errors by unit number, the oldest first: at least the last ones that are to be kept, where there are so many.
    private(set) var errors: [Int: [JournalLastError]] = [:]
    /// What units have used, by unit number.
    private(set) var consumption: [Int: UnitConsumption] = [:]
    /// The units that events are about, by number.
    private(set) var subjects: Set<Int> = []
    /// What was counted of each pattern, by its name.
    private(set) var patterns: [String: PatternCounts] = [:]
    private(set) var unreadable: UInt64 = 0
    /// The number of entries that were read, counted or not.
    private(set) var entries = 0

    mutating func removeAll() {
        cells.removeAll(keepingCapacity: true)
        events.removeAll(keepingCapacity: true)
        errors.removeAll(keepingCapacity: true)
        consumption.removeAll(keepingCapacity: true)
        subjects.removeAll(keepingCapacity: true)
        patterns.removeAll(keepingCapacity: true)
        unreadable = 0
        entries = 0
    }

    /// Passes over an entry that does not count.
    mutating func skip() { entries += 1 }

    /// Takes in the reader's current entry.
    mutating func add(_ reader: JournalReader, units: inout UnitIndex, limits: JournalLimits) {
        entries += 1
        var unit: Int? = units.watchesAll ? UnitIndex.none : nil
        switch reader.withField(.systemdUnit, { units.number(of: $0) }) {
        case .value(let number): unit = number
        case .absent: break
        case .unreadable: unreadable += 1
        }
        let priority = value(reader.withField(.priority) { JournalPriority(field: $0) }) ?? .unspecified
        if let unit {
            cells.append(UInt32(unit * JournalPriority.count) + UInt32(priority.rawValue))
            if priority <= .error { noteError(of: unit, priority, reader, limits) }
        }
        if let message = value(reader.withField(.messageID) { MessageID.number($0) }) ?? nil {
            if message == MessageID.unitResources {
                noteConsumption(reader, units: &units)
            } else if let event = JournalEvent(messageID: message) {
                noteEvent(event, reader, units: &units)
            }
        }
    }

    /// Looks for the patterns in the reader's current entry.
    mutating func add(_ reader: JournalReader, patterns compiled: [CompiledPattern]) {
        for pattern in compiled {
            let name = pattern.pattern.family.name
            switch pattern.look(at: reader) {
            case .none: break
            case .found(let labels, let value):
                patterns[name, default: PatternCounts(shape: pattern.shape)]
                    .add(labels: labels, value: value, buckets: pattern.pattern.family.buckets)
            case .failed: patterns[name, default: PatternCounts(shape: pattern.shape)].failed += 1
            }
        }
    }

    private mutating func noteError(
        of unit: Int, _ priority: JournalPriority, _ reader: JournalReader, _ limits: JournalLimits
    ) {
        let realtime = reader.realtime() ?? 0
        let cursor = reader.cursorText() ?? ""
        // One without a text, or whose text cannot be read, is an error all the same.
        let error =
            value(
                reader.withField(.message) {
                    JournalLastError(
                        realtime: realtime, priority: priority, message: $0, limit: limits.messageBytes, cursor: cursor)
                }) ?? JournalLastError(realtime: realtime, priority: priority, message: "", cursor: cursor)
        var errors = self.errors.removeValue(forKey: unit) ?? []
        if errors.count >= 2 * limits.errors { errors.removeFirst(errors.count - limits.errors + 1) }
        errors.append(error)
        self.errors[unit] = errors
    }

    /// Whether root wrote the entry: any process may write any MESSAGE_ID, but journald vouches for the writer's user.
    private mutating func isRoots(_ reader: JournalReader) -> Bool {
        value(reader.withField(.userID) { $0.elementsEqual("0".utf8) }) == true
    }

    /// The unit that an entry is about, not the one that wrote it; `nil` of one that is not watched.
    private mutating func subject(_ reader: JournalReader, units: inout UnitIndex) -> Int? {
        for field in JournalEvent.unitFields {
            guard let number = value(reader.withField(field) { units.number(of: $0) }) else { continue }
            if let number { subjects.insert(number) }
            return number
        }
        return UnitIndex.none
    }

    private mutating func noteConsumption(_ reader: JournalReader, units: inout UnitIndex) {
        guard isRoots(reader), let unit = subject(reader, units: &units) else { return }
        var run = UnitConsumption()
        for resource in UnitResource.allCases {
            if let amount = number(resource.field, reader) { run.add(amount, of: resource) }
        }
        consumption[unit, default: UnitConsumption()].add(run)
    }

    private mutating func noteEvent(_ event: JournalEvent, _ reader: JournalReader, units: inout UnitIndex) {
        let isTrusted =
            isRoots(reader) || value(reader.withField(.systemdUnit) { event.isWritten(byUnit: $0) }) == true
        guard isTrusted else { return }
        if let field = event.resultField, value(reader.withField(field) { $0.elementsEqual("done".utf8) }) != true { return }
        guard let unit = subject(reader, units: &units) else { return }
        let series = JournalEventSeries(
            event: event, unit: units.names[unit], cause: word(event.causeField, reader),
            status: word(event.statusField, reader))
        var amount: UInt64 = 1
        if let field = event.amountField { amount = number(field, reader) ?? 1 }
        events[series, default: 0].addClamped(amount)
    }

    /// A label's value from systemd's small vocabulary; what does not look like one of its words is `other`.
    private mutating func word(_ field: JournalField?, _ reader: JournalReader) -> String {
        guard let field else { return "" }
        let word: String? = value(
            reader.withField(field) { bytes in
                let isWord =
                    bytes.count <= 32
                    && bytes.allSatisfy { byte in
                        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45
                    }
                return isWord ? String(decoding: bytes, as: UTF8.self) : "other"
            })
        return word ?? ""
    }

    private mutating func number(_ field: JournalField, _ reader: JournalReader) -> UInt64? {
        value(reader.withField(field) { UInt64(String(decoding: $0, as: UTF8.self)) }) ?? nil
    }

    private mutating func value<Value>(_ field: JournalReader.FieldValue<Value>) -> Value? {
        switch field {
        case .value(let value): return value
        case .absent: return nil
        case .unreadable:
            unreadable += 1
            return nil
        }
    }
}
