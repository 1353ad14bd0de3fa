/// What a run of entries adds to the counts: gathered apart, so that the counts change by whole runs together with the cursor, and a
/// run can be thrown away and read again.
struct JournalBatch {
    /// Per entry that is counted, its unit's number × 9 + its priority.
    private(set) var cells: [UInt32] = []
    private(set) var events: [JournalEventSeries: UInt64] = [:]
    private(set) var lastErrors: [Int: JournalLastError] = [:]
    private(set) var unreadable: UInt64 = 0
    /// Entries that were read, counted or not.
    private(set) var entries = 0

    mutating func removeAll() {
        cells.removeAll(keepingCapacity: true)
        events.removeAll()
        lastErrors.removeAll()
        unreadable = 0
        entries = 0
    }

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
        if let event = value(reader.withField(.messageID) { JournalEvent(messageID: $0) }) ?? nil {
            noteEvent(event, reader, units: &units)
        }
    }

    private mutating func noteError(
        of unit: Int, _ priority: JournalPriority, _ reader: JournalReader, _ limits: JournalLimits
    ) {
        let realtime = reader.realtime() ?? 0
        let error = value(
            reader.withField(.message) {
                JournalLastError(realtime: realtime, priority: priority, message: $0, limit: limits.messageBytes)
            })
        if let error { lastErrors[unit] = error }
    }

    private mutating func noteEvent(_ event: JournalEvent, _ reader: JournalReader, units: inout UnitIndex) {
        // Any process may write any MESSAGE_ID; journald vouches for the writer's user, and these are root's to write.
        guard value(reader.withField(.userID) { $0.elementsEqual("0".utf8) }) == true else { return }
        var unit: Int? = UnitIndex.none
        for field in JournalEvent.unitFields {
            if let number = value(reader.withField(field) { units.number(of: $0) }) {
                unit = number
                break
            }
        }
        guard let unit else { return }
        let series = JournalEventSeries(
            event: event, unit: units.names[unit], cause: word(event.causeField, reader),
            status: word(event.statusField, reader))
        var amount: UInt64 = 1
        if let field = event.amountField {
            amount = (value(reader.withField(field) { UInt64(String(decoding: $0, as: UTF8.self)) }) ?? nil) ?? 1
        }
        let (sum, overflow) = events[series, default: 0].addingReportingOverflow(amount)
        events[series] = overflow ? .max : sum
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
