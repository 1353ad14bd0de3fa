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
    let instances: [InstanceErrors]

    struct Unit: Encodable {
        /// Empty for entries of no unit, as the kernel's; `<other>` for the units beyond the limit.
        let unit: String
        /// By priority; priorities without an entry are left out.
        let messages: [String: UInt64]
        /// The latest first.
        let errors: [Failure]
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
    ///   - counts: `nil` while they are not complete.
    ///   - unit: the only one that is wanted; `nil`: all.
    ///   - withMessages: whether the texts of entries are told.
    init(
        isFollowing: Bool, _ counts: JournalCounts?, unit wanted: String?, withMessages: Bool, instances: [InstanceView]
    ) {
        following = isFollowing
        messagesIncluded = withMessages
        complete = counts != nil
        // By bytes: a client's text of combining marks takes long to compare otherwise, and is compared with every unit.
        func isWanted(_ unit: String) -> Bool { wanted.map { unit.utf8.elementsEqual($0.utf8) } ?? true }
        var known: [Unit] = []
        counts?.forEachUnit { unit, cells in
            guard isWanted(unit) else { return }
            let named = zip(JournalPriority.allCases, cells).filter { $0.1 > 0 }.map { ($0.0.name, $0.1) }
            known.append(
                Unit(
                    unit: unit, messages: Dictionary(named, uniquingKeysWith: { first, _ in first }),
                    errors: Failure.last(of: unit, counts, withMessages)))
        }
        self.units = known.sorted { $0.unit < $1.unit }
        self.instances = instances.compactMap { view in
            guard let pid = view.pid, wanted == nil || view.unit.map(isWanted) ?? false else { return nil }
            return InstanceErrors(
                service: view.identity.service, instance: view.identity.instance, pid: pid, unit: view.unit,
                errors: view.unit.map { Failure.last(of: $0, counts, withMessages) } ?? [])
        }
    }
}

extension JournalDocument.Failure {
    fileprivate static func last(of unit: String, _ counts: JournalCounts?, _ withMessages: Bool) -> [Self] {
        (counts?.errors(of: unit) ?? []).map { error in
            Self(
                timestamp: Double(error.realtime) / 1e6, priority: error.priority.name,
                message: withMessages ? error.message : nil,
                cursor: error.cursor.isEmpty ? nil : error.cursor)
        }
    }
}
