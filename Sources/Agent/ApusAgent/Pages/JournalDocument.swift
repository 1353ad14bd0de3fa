import AgentMetrics
import ApusSystemd
import ApusJournal

/// What `/api/v1/journal` answers: units with their entries by priority and their last errors, and those of the instances' units.
struct JournalDocument: Encodable {
    /// Whether the journal is followed at all.
    let following: Bool
    /// Whether all entries up to the agent's start are counted; before that, there are no units here.
    let complete: Bool
    /// Whether whoever asks is given the texts of entries (``JournalMessagePolicy``).
    let messagesIncluded: Bool
    let units: [Unit]
    /// Containers, units of users' managers, and identifiers of entries of no service; none where one unit is asked for.
    let containers: [Writer]
    let userUnits: [Writer]
    let identifiers: [Writer]
    let instances: [InstanceErrors]

    struct Unit: Encodable {
        /// Left out of the system's journal, and of one that is followed alone.
        let namespace: String?
        /// Empty for entries of no unit, as the kernel's; `<other>` for the units beyond the limit.
        let unit: String
        /// By priority; priorities without an entry are left out.
        let messages: [String: UInt64]
        /// The latest first.
        let errors: [Failure]
    }

    struct Writer: Encodable {
        let namespace: String?
        /// The number of the user whose it is; left out of root's.
        let uid: String?
        /// `<other>` for those beyond the limit.
        let name: String
        /// By priority; priorities without an entry are left out.
        let messages: [String: UInt64]
    }

    struct Failure: Encodable {
        /// Seconds since the Unix epoch.
        let timestamp: Double
        let priority: String
        /// Left out for those who may not read the journal; whoever may gets it by the cursor.
        let message: String?
        /// For `journalctl --cursor`.
        let cursor: String?
    }

    struct InstanceErrors: Encodable {
        let service: String
        let instance: String
        let pid: Int32
        /// Null of a process in no unit.
        let unit: String?
        let errors: [Failure]
    }
}

extension JournalDocument {
    /// - Parameters:
    ///   - journals: those that are followed, with their namespaces, and without counts while these are not complete; `nil`: none.
    ///   - unit: the only one that is wanted; `nil`: all.
    ///   - withMessages: whether the texts of entries are told.
    init(
        _ journals: [(namespace: String?, counts: JournalCounts?)]?, unit wanted: String?, withMessages: Bool,
        instances: [InstanceView]
    ) {
        following = journals != nil
        messagesIncluded = withMessages
        let known = (journals ?? []).compactMap { journal in journal.counts.map { (namespace: journal.namespace, counts: $0) } }
        complete = journals.map { $0.count == known.count && !$0.isEmpty } ?? false
        // By bytes: a client's text of combining marks takes long to compare otherwise, and is compared with every unit.
        func isWanted(_ unit: String) -> Bool { wanted.map { unit.utf8.elementsEqual($0.utf8) } ?? true }
        var units: [Unit] = []
        for (namespace, counts) in known {
            counts.forEachUnit { unit, cells in
                guard isWanted(unit) else { return }
                units.append(
                    Unit(
                        namespace: namespace, unit: unit, messages: Self.named(cells),
                        errors: Failure.last(of: unit, counts, withMessages)))
            }
        }
        self.units = units.sorted { ($0.unit, $0.namespace ?? "") < ($1.unit, $1.namespace ?? "") }
        func writers(_ kind: JournalNameKind) -> [Writer] { wanted == nil ? Self.writers(kind, known) : [] }
        containers = writers(.container)
        userUnits = writers(.userUnit)
        identifiers = writers(.identifier)
        self.instances = instances.compactMap { view in
            guard let pid = view.pid, wanted == nil || view.unit.map(isWanted) ?? false else { return nil }
            return InstanceErrors(
                service: view.identity.service, instance: view.identity.instance, pid: pid, unit: view.unit,
                errors: view.unit.map { unit in known.flatMap { Failure.last(of: unit, $0.counts, withMessages) } } ?? [])
        }
    }

    private static func named(_ cells: ArraySlice<UInt64>) -> [String: UInt64] {
        let named = zip(JournalPriority.allCases, cells).filter { $0.1 > 0 }.map { ($0.0.name, $0.1) }
        return Dictionary(named, uniquingKeysWith: { first, _ in first })
    }

    private static func writers(
        _ kind: JournalNameKind, _ journals: [(namespace: String?, counts: JournalCounts)]
    ) -> [Writer] {
        var writers: [Writer] = []
        for (namespace, counts) in journals {
            counts.forEach(kind) { name, cells in
                let uid = name.owner.isEmpty ? nil : name.owner
                writers.append(Writer(namespace: namespace, uid: uid, name: name.name, messages: named(cells)))
            }
        }
        return writers.sorted { ($0.name, $0.uid ?? "", $0.namespace ?? "") < ($1.name, $1.uid ?? "", $1.namespace ?? "") }
    }
}

extension JournalDocument.Failure {
    fileprivate static func last(of unit: String, _ counts: JournalCounts, _ withMessages: Bool) -> [Self] {
        counts.errors(of: unit).map { error in
            Self(
                timestamp: Double(error.realtime) / 1e6, priority: error.priority.name,
                message: withMessages ? error.message : nil,
                cursor: error.cursor.isEmpty ? nil : error.cursor)
        }
    }
}
