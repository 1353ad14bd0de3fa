import ApusLimits
import ApusSystemd
import ApusMetrics

/// What a run of entries adds to the counts: gathered apart, so that the counts change by whole runs together with the cursor,
/// and a run can be thrown away and read again.
struct JournalBatch {
    /// By kind of name, for each counted entry its name's number × 9 + its priority.
    private(set) var cells: [[UInt32]] = JournalNameKind.allCases.map { _ in [] }
    private(set) var events: [JournalEventSeries: UInt64] = [:]
    /// The errors by unit number, the oldest first: at least the last ones that are to be kept, where there are so many.
    private(set) var errors: [Int: [JournalLastError]] = [:]
    /// What units have used, by unit number.
    private(set) var consumption: [Int: UnitConsumption] = [:]
    /// The units that events are about, by number.
    private(set) var subjects: Set<Int> = []
    /// The user units that events are about, by number.
    private(set) var heardUserUnits: Set<Int> = []
    /// What was counted of each pattern, by its name.
    private(set) var patterns: [String: PatternCounts] = [:]
    private(set) var unreadable: UInt64 = 0
    /// The number of entries that were read, counted or not.
    private(set) var entries = 0

    mutating func removeAll() {
        for kind in cells.indices { cells[kind].removeAll(keepingCapacity: true) }
        events.removeAll(keepingCapacity: true)
        errors.removeAll(keepingCapacity: true)
        consumption.removeAll(keepingCapacity: true)
        subjects.removeAll(keepingCapacity: true)
        heardUserUnits.removeAll(keepingCapacity: true)
        patterns.removeAll(keepingCapacity: true)
        unreadable = 0
        entries = 0
    }

    /// The names of a kind that events are about, by number.
    func heard(_ kind: JournalNameKind) -> Set<Int> {
        switch kind {
        case .unit: subjects
        case .userUnit: heardUserUnits
        case .container, .identifier: []
        }
    }

    /// Passes over an entry that does not count.
    mutating func skip() { entries += 1 }

    /// Takes in the reader's current entry.
    mutating func add(_ reader: JournalReader, names: inout JournalNameIndexes, limits: JournalLimits) {
        entries += 1
        var unit: Int? = names[.unit].takesNameless ? JournalNameIndex.none : nil
        var place = JournalWriterPlace.noService
        switch reader.withField(.systemdUnit, { (names[.unit].number(of: $0), JournalWriterPlace(unit: $0)) }) {
        case .value(let found): (unit, place) = found
        case .absent: break
        case .unreadable: unreadable += 1
        }
        let priority = value(reader.withField(.priority) { JournalPriority(field: $0) }) ?? .unspecified
        if let unit {
            count(unit, .unit, priority)
            if priority <= .error { noteError(of: unit, priority, reader, limits) }
        }
        let isContainers = addContainer(reader, priority, &names)
        let manager = addUserUnit(reader, priority, place, &names)
        if !isContainers, place == .noService { addIdentifier(reader, priority, &names) }
        guard let message = value(reader.withField(.messageID) { MessageID.number($0) }) ?? nil else { return }
        if let event = JournalEvent(messageID: message) {
            if let manager { noteEvent(event, reader, of: manager, &names) } else { noteEvent(event, reader, names: &names) }
        } else if message == MessageID.unitResources, manager == nil {
            noteConsumption(reader, names: &names)
        }
    }

    private mutating func count(_ number: Int, _ kind: JournalNameKind, _ priority: JournalPriority) {
        cells[kind.place].append(UInt32(number * JournalPriority.count) + UInt32(priority.rawValue))
    }

    /// Counts an entry of a container; whether it is of one.
    ///
    /// Any process may write the field. Who does so as root is Docker or Podman; of others the user's own number tells them apart.
    private mutating func addContainer(
        _ reader: JournalReader, _ priority: JournalPriority, _ names: inout JournalNameIndexes
    ) -> Bool {
        guard reader.mayHaveContainers, !names[.container].isNobody, let name = name(.containerName, reader) else {
            return false
        }
        let owner = writer(reader)
        if let number = names[.container].number(of: name, owner: owner) { count(number, .container, priority) }
        return true
    }

    /// Counts an entry by a process below a user's manager.
    ///
    /// - Returns: the user's number, where the manager itself wrote the entry.
    private mutating func addUserUnit(
        _ reader: JournalReader, _ priority: JournalPriority, _ place: JournalWriterPlace, _ names: inout JournalNameIndexes
    ) -> String? {
        guard case .userManager(let owner) = place, !names[.userUnit].isNobody, let unit = name(.userUnit, reader) else {
            return nil
        }
        if let number = names[.userUnit].number(of: unit, owner: owner) { count(number, .userUnit, priority) }
        guard unit == Array("init.scope".utf8), value(reader.withField(.userID) { $0.elementsEqual(owner.utf8) }) == true
        else { return nil }
        return owner
    }

    private mutating func addIdentifier(_ reader: JournalReader, _ priority: JournalPriority, _ names: inout JournalNameIndexes)
    {
        guard !names[.identifier].isNobody, let name = name(.identifier, reader) else { return }
        let owner = writer(reader)
        if let number = names[.identifier].number(of: name, owner: owner) { count(number, .identifier, priority) }
    }

    /// The bytes of a name, cut to the limit at a character's start; `nil` of none.
    private mutating func name(_ field: JournalField, _ reader: JournalReader) -> [UInt8]? {
        let name: [UInt8]? = value(
            reader.withField(field) { bytes in
                var end = min(bytes.count, JournalFollowingLimits.name.value.bytes)
                if end < bytes.count { while end > 0 && bytes[end] & 0xC0 == 0x80 { end -= 1 } }
                return Array(bytes[..<end])
            })
        return name.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The number of the user who wrote the entry; empty of root and of the kernel.
    private mutating func writer(_ reader: JournalReader) -> String {
        let number: String? = value(
            reader.withField(.userID) { bytes in
                let isNumber = bytes.count <= 10 && bytes.allSatisfy { (48...57).contains($0) }
                return isNumber ? String(decoding: bytes, as: UTF8.self) : "unknown"
            })
        return number.map { $0 == "0" ? "" : $0 } ?? ""
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
    private mutating func subject(_ reader: JournalReader, names: inout JournalNameIndexes) -> Int? {
        for field in JournalEvent.unitFields {
            guard let number = value(reader.withField(field) { names[.unit].number(of: $0) }) else { continue }
            if let number { subjects.insert(number) }
            return number
        }
        return JournalNameIndex.none
    }

    private mutating func noteConsumption(_ reader: JournalReader, names: inout JournalNameIndexes) {
        guard isRoots(reader), let unit = subject(reader, names: &names) else { return }
        var run = UnitConsumption()
        for resource in UnitResource.allCases {
            if let amount = number(resource.field, reader) { run.add(amount, of: resource) }
        }
        consumption[unit, default: UnitConsumption()].add(run)
    }

    private mutating func noteEvent(_ event: JournalEvent, _ reader: JournalReader, names: inout JournalNameIndexes) {
        let isTrusted =
            isRoots(reader) || value(reader.withField(.systemdUnit) { event.isWritten(byUnit: $0) }) == true
        guard isTrusted else { return }
        if let field = event.resultField, value(reader.withField(field) { $0.elementsEqual("done".utf8) }) != true { return }
        guard let unit = subject(reader, names: &names) else { return }
        add(event, nil, names[.unit].names[unit], reader)
    }

    /// Takes in what a user's manager tells of its units, which is of that user's units alone.
    private mutating func noteEvent(
        _ event: JournalEvent, _ reader: JournalReader, of owner: String, _ names: inout JournalNameIndexes
    ) {
        if let field = event.resultField, value(reader.withField(field) { $0.elementsEqual("done".utf8) }) != true { return }
        guard let unit = name(.managersUnit, reader), let number = names[.userUnit].number(of: unit, owner: owner) else {
            return
        }
        heardUserUnits.insert(number)
        let name = JournalOwnedName(names[.userUnit].names[number])
        add(event, number == JournalNameIndex.others ? "" : owner, name.name, reader)
    }

    private mutating func add(_ event: JournalEvent, _ owner: String?, _ unit: String, _ reader: JournalReader) {
        let series = JournalEventSeries(
            event: event, owner: owner, unit: unit, cause: word(event.causeField, reader),
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
