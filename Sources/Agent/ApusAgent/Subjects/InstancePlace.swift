import AgentMetrics

/// The place of an instance that nobody expects: such places are shared among all who report.
struct InstancePlace: Equatable, Sendable {
    let identity: InstanceIdentity
    /// Who holds it; `nil` where that is not known.
    let holder: ReportPeer?
    /// When its process ended: CLOCK_MONOTONIC in nanoseconds; `nil` while it lives.
    let endedAt: UInt64?
    /// The number of its connection, which rises with each; 0 without one.
    let connection: Int

    init(identity: InstanceIdentity, holder: ReportPeer?, endedAt: UInt64?, connection: Int) {
        self.identity = identity
        self.holder = holder
        self.endedAt = endedAt
        self.connection = connection
    }

    init(_ instance: KnownInstance) {
        let (holder, life) = instance.holding
        switch life {
        case .awaited: self.init(identity: instance.identity, holder: holder, endedAt: 0, connection: 0)
        case .alive(let connection):
            self.init(identity: instance.identity, holder: holder, endedAt: nil, connection: connection)
        case .ended(let moment):
            self.init(identity: instance.identity, holder: holder, endedAt: moment, connection: 0)
        }
    }

    /// The part of all places that a user keeps of those that live, whoever comes: a user can have as many names as it likes, and one person
    /// as many users.
    static let kept = 8

    /// The place that a newcomer gets when all are taken; `nil` when it would be at the cost of others who have fewer, or who were there
    /// before and live.
    ///
    /// The user with the most places pays, and of that user the process with the most: first with what has ended, the oldest first, then
    /// with what lives, the newest first, unless the newcomer itself is the one who pays. Of what lives an eighth of all places stays with
    /// its user; where the one with the most has no more, somebody else's place goes that has ended.
    static func toGiveWay(to newcomer: ReportPeer, among places: [InstancePlace]) -> InstancePlace? {
        let user = payer(newcomer.uid, among: places.map { $0.holder?.uid })
        let ofUser = places.filter { $0.holder?.uid == user }
        if let oldest = oldest(ofUser) { return oldest }
        let isOwn = user == newcomer.uid
        if !isOwn, ofUser.count <= max(1, places.count / kept) {
            let own = places.count { $0.holder?.uid == newcomer.uid }
            let counts = Dictionary(places.map { ($0.holder?.uid, 1) }, uniquingKeysWith: +)
            return oldest(places.filter { counts[$0.holder?.uid, default: 0] > own })
        }
        let process = payer(isOwn ? newcomer.pid : nil, among: ofUser.map { $0.holder?.pid })
        if isOwn, process == newcomer.pid { return nil }
        return ofUser.filter { $0.holder?.pid == process }.max { $0.connection < $1.connection }
    }

    /// The place that ended first; `nil` where all live.
    private static func oldest(_ places: [InstancePlace]) -> InstancePlace? {
        places.filter { $0.endedAt != nil }.min { $0.endedAt ?? 0 < $1.endedAt ?? 0 }
    }

    /// Who has most; of several with as many the newcomer, who then gets nothing of others.
    private static func payer<Owner: Hashable & Comparable>(_ newcomer: Owner?, among owners: [Owner?]) -> Owner? {
        let counts = Dictionary(owners.map { ($0, 1) }, uniquingKeysWith: +)
        let most = counts.values.max() ?? 0
        if newcomer != nil, counts[newcomer] == most { return newcomer }
        // In order, so that the same one pays each time.
        return counts.filter { $0.value == most }.keys.min { one, other in
            guard let one, let other else { return one == nil && other != nil }
            return one < other
        } ?? nil
    }
}
