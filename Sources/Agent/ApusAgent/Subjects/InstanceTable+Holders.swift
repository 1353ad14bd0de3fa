import AgentMetrics
import ApusLinux
import Synchronization

/// Whose the names of instances are, as the configuration says.
extension InstanceTable {
    /// Goes by what a file says of who may speak for which services.
    package func trust(_ declarations: [ReporterDeclaration]) { reporters.withLock { $0 = declarations } }

    func reporter(of identity: InstanceIdentity) -> ReporterDeclaration? {
        reporters.withLock { $0.first { $0.isOf(identity) } }
    }

    /// - Throws: ``Refusal`` of a name that the configuration gives to somebody else.
    func checkHolder(
        of identity: InstanceIdentity, _ peer: ReportPeer, _ process: ProcessSight?, at now: Moment
    ) throws(Refusal) {
        try checkScraped(identity)
        guard let holder = holders.withLock({ $0[identity] }) else {
            guard let declaration = reporter(of: identity) else { return try checkGroup(of: identity, peer, at: now) }
            guard !declaration.holders.contains(peer) else { return }
            let file = configuration.watchFile ?? "the file"
            throw Refusal(
                .name,
                "\(identity) is reported by \(declaration.holders), as \(file):\(declaration.place) says, and this is "
                    + (peer.uid == ReportPeer.unknownUser ? "somebody whom the kernel does not name" : "\(peer)"))
        }
        func unit() -> String? {
            guard case .watched(let process) = process else { return nil }
            return (try? process.systemUnit()) ?? nil
        }
        if let reason = holder.refusal(of: peer, unit: unit()) { throw Refusal(.name, "\(identity): \(reason)") }
    }

    /// Whether no configuration says who may report under a name.
    func isNobodys(_ identity: InstanceIdentity) -> Bool {
        holders.withLock { $0[identity] } == nil && reporter(of: identity) == nil
    }

    /// Whether somebody else than before has a name for good, so that nobody has to wait for it.
    func isDeclared(_ identity: InstanceIdentity) -> Bool { !isNobodys(identity) }

    /// Whether a reporter takes over the name of an instance that lives: the file says so, and its process began later, so that two that
    /// live never take it from each other in turn. Over HTTP, where no process is seen, the one who reported last has it, and a user from
    /// whom the file has taken the name since has it no more.
    func takesOver(_ instance: KnownInstance, _ process: ProcessSight?, isReceived: Bool) -> Bool {
        guard holders.withLock({ $0[instance.identity] }) == nil, let declaration = reporter(of: instance.identity) else {
            return false
        }
        if isReceived, instance.isReceived, let former = instance.holding.by {
            return declaration.takesOver || !declaration.holders.contains(former)
        }
        guard declaration.takesOver, !isReceived else { return false }
        guard case .watched(let new)? = process, let old = instance.startTicks else { return false }
        return new.startTicks > old
    }
}
