import AgentMetrics
import Synchronization

/// The places for instances that nobody expects: who gets one, and who gives way.
extension InstanceTable {
    /// The instance of a name, which is made where there is none and there is room, and the connection of one that lost its place to it.
    ///
    /// - Throws: ``Refusal`` where there is no room.
    func find(
        _ identity: InstanceIdentity, for peer: ReportPeer, at now: Moment
    ) throws(Refusal) -> (instance: KnownInstance, displaced: Int?) {
        try checkPlace(of: identity, peer)
        var loser: KnownInstance?
        while true {
            let changes = changes
            switch place(of: identity, at: now) {
            case .found(let instance):
                if let store, let loser { loser.storage.leave(store) }
                if case .alive(let connection) = loser?.holding.life { return (instance, connection) }
                return (instance, nil)
            case .full(let strangers):
                guard let place = InstancePlace.toGiveWay(to: peer, among: strangers.map { InstancePlace($0) }) else {
                    refusedPlaces.withLock { $0.note(peer, after: changes) }
                    throw noPlace(for: peer)
                }
                // Gone meanwhile, it has made room too.
                loser = state.withLock { $0.removeValue(forKey: place.identity) } ?? loser
            }
        }
    }

    private func noPlace(for peer: ReportPeer) -> Refusal {
        Refusal(
            .limit,
            "the agent knows \(configuration.instanceLimit) instances that nobody expects already, which live or are of "
                + "users with fewer than \(peer): expect its instances (--expect), or have others report under fewer names")
    }

    /// Refuses a new name of a process that was refused one a moment ago, if nothing has changed since then.
    ///
    /// To find the place that gives way takes a look at all of them, and who is refused can ask thousands of times a second.
    ///
    /// - Throws: ``Refusal``.
    func checkPlace(of identity: InstanceIdentity, _ peer: ReportPeer) throws(Refusal) {
        let changes = changes
        guard refusedPlaces.withLock({ $0.contains(peer, at: changes) }), known(identity) == nil else { return }
        throw noPlace(for: peer)
    }

    private var changes: RefusedPlaces.Changes {
        RefusedPlaces.Changes(instances: state.withLock { $0.changes }, lives: lives.count)
    }

    /// What a name finds in the table.
    private enum Found {
        /// Its instance, which is a new one where there was none.
        case found(KnownInstance)
        /// There is no room for a new one beside these, which nobody expects.
        case full([KnownInstance])
    }

    private func place(of identity: InstanceIdentity, at now: Moment) -> Found {
        state.withLock { instances in
            if let known = instances[identity] { return .found(known) }
            let strangers = instances.values.filter { !$0.isAwaited }
            guard strangers.count < configuration.instanceLimit else { return .full(strangers) }
            let instance = KnownInstance(identity, rules, at: now)
            instances[identity] = instance
            return .found(instance)
        }
    }
}
