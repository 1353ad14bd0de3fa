import AgentMetrics

/// Instances by name, and in the order of their names.
struct InstanceIndex {
    private var byName: [InstanceIdentity: KnownInstance] = [:]
    /// All in the order of their names; `nil` since one came or went.
    private(set) var sorted: [KnownInstance]?
    /// Rises whenever one comes or goes, or others are expected.
    private(set) var changes = 0

    subscript(identity: InstanceIdentity) -> KnownInstance? {
        get { byName[identity] }
        set {
            byName[identity] = newValue
            note()
        }
    }

    var count: Int { byName.count }

    /// Every one, in no order.
    var values: some Collection<KnownInstance> { byName.values }

    /// Keeps what was sorted meanwhile of the instances that there were after so many changes.
    mutating func keep(_ sorted: [KnownInstance], after changes: Int) { if changes == self.changes { self.sorted = sorted } }

    /// Takes note of a change.
    mutating func note() {
        sorted = nil
        changes += 1
    }

    mutating func removeValue(forKey identity: InstanceIdentity) -> KnownInstance? {
        defer { note() }
        return byName.removeValue(forKey: identity)
    }
}
