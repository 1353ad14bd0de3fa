package import ApusMetrics
package import AgentMetrics
import ApusLimits
package import ApusLinux
package import ApusSegment
import Synchronization

/// All instances that the agent knows, by service and instance.
///
/// The table's own lock is held only to find or list instances, and never while an instance's lock is waited for: readings happen
/// under each instance's lock, and may take as long as the kernel likes.
package final class InstanceTable: Sendable {
    let configuration: AgentConfiguration
    let rules: KnownInstance.Rules
    let state: Mutex<InstanceIndex>
    let store: SegmentStore?
    /// Who may report under the names of expected instances, where the configuration says.
    let holders = Mutex<[InstanceIdentity: InstanceHolder]>([:])

    /// Who may speak for which services, where a file says.
    let reporters = Mutex<[ReporterDeclaration]>([])

    /// The groups of processes whose names are nobody else's; `nil` without any.
    let groups = Mutex<ProcessGroups?>(nil)

    /// The instances whose pages the agent fetches.
    let scraped = Mutex<Set<InstanceIdentity>>([])

    /// How the pages of instances answer.
    package var scrapes: ScrapeBook { rules.scrapes }

    /// The memory for what is reported, of all instances together.
    var budget: SeriesBudget { rules.budget }

    /// The sources that are read of each instance.
    var sources: SourceSelection<InstanceSubject> { rules.sources }

    /// - Parameter now: when the agent began to run: only time in which it did is evidence against a service.
    package convenience init(configuration: AgentConfiguration, root: KernelRoot = .live, at now: Moment) {
        self.init(configuration: configuration, root: root, store: nil, at: now)
    }

    let lives = LifeChanges()

    /// Who was refused a place, until an instance comes, goes or takes a turn of its life.
    let refusedPlaces = Mutex(RefusedPlaces())

    /// - Parameters:
    ///   - store: where segments outlive the agent, if anywhere.
    ///   - sockets: those of the machine; `nil`: they are not read.
    package init(
        configuration: AgentConfiguration, root: KernelRoot, store: SegmentStore?, sockets: SocketSurvey? = nil, at now: Moment
    ) {
        self.configuration = configuration
        self.store = store
        rules = KnownInstance.Rules(
            hangs: HangJudge(after: configuration.hungAfter, at: now.monotonic),
            sources: SourceSelection(configuration.sources),
            interval: UInt64(max(1, configuration.interval / .nanoseconds(1))), sockets: sockets,
            seriesLimit: configuration.seriesLimit, budget: SeriesBudget(total: configuration.seriesMemory), root: root,
            storedAge: store?.age ?? 0, scrapes: ScrapeBook(), lives: lives)
        state = Mutex(InstanceIndex())
    }

    /// Expects these instances and no others. One that has never reported and is not expected is forgotten at once.
    ///
    /// - Parameter holders: who may report under the names; of others, whoever does first.
    package func expect(
        _ identities: Set<InstanceIdentity>, heldBy holders: [InstanceIdentity: InstanceHolder] = [:], at now: Moment
    ) {
        self.holders.withLock { $0 = holders }
        state.withLock { instances in
            for identity in identities where instances[identity] == nil {
                instances[identity] = KnownInstance(identity, rules, at: now)
            }
            for instance in instances.values { instance.expect(identities.contains(instance.identity)) }
            instances.note()
        }
        expire(at: now)
    }

    /// Serves again what an earlier run of the agent left: its process is watched where it is still the one of then, and otherwise
    /// the instance is down with its last counts.
    ///
    /// - Parameter segment: stays the caller's to close.
    /// - Throws: ``Refusal``; nothing is changed then.
    func restore(_ stored: StoredInstance, segment: Int32, at now: Moment) throws(Refusal) -> KnownInstance {
        let identity = stored.record.identity
        do { _ = try SegmentReader(descriptor: segment) } catch { throw Refusal(.segment, error.description) }
        let reporter = ReportPeer(pid: stored.record.pid, uid: stored.record.uid ?? ReportPeer.unknownUser)
        let instance = try find(identity, for: reporter, at: now).instance
        guard !instance.hasReported else { throw Refusal(.limit, "\(identity) is there already, as a later name has it") }
        do { try instance.restore(stored, segment: segment, at: now) } catch {
            throw Refusal(.segment, error.description)
        }
        return instance
    }

    /// All instances, sorted by service and instance.
    ///
    /// They are sorted where one came or went, and not at each scrape.
    package var instances: [KnownInstance] {
        let (sorted, all, changes) = state.withLock { ($0.sorted, $0.sorted == nil ? Array($0.values) : [], $0.changes) }
        if let sorted { return sorted }
        let instances = all.sorted { $0.identity < $1.identity }
        state.withLock { $0.keep(instances, after: changes) }
        return instances
    }

    /// All instances, in no order.
    ///
    /// Whoever goes from one instance to the next as a scrape does, in its order, ends up behind it: each has the other wait for every lock
    /// from there on. In another order they meet once.
    var unordered: [KnownInstance] { state.withLock { Array($0.values) } }

    /// Takes in what has not been taken in of the segments, turn by turn among them, until nothing is left.
    ///
    /// - Parameter isEnough: asked between two turns.
    package func takeIn(until isEnough: () -> Bool = { false }) {
        var waiting = unordered.compactMap(\.segment)
        repeat {
            waiting = waiting.filter(\.hasMore)
            for segment in waiting where !isEnough() { segment.refresh() }
        } while !waiting.isEmpty && !isEnough()
    }

    /// What the service manager keeps and is to keep of the instances.
    package var storages: [InstanceStorage] { state.withLock { $0.values.map(\.storage) } }

    /// Why the sockets of processes are not read, by pid.
    package var socketGaps: [Int32: SocketGap] {
        Dictionary(unordered.compactMap(\.socketGap), uniquingKeysWith: { first, _ in first })
    }

    /// How many instances there are.
    var count: Int { state.withLock { $0.count } }

    /// Takes on a process that has introduced itself.
    ///
    /// - Parameters:
    ///   - peer: from the kernel.
    ///   - pidfd: of the process; -1 where the kernel gives none. It stays the caller's to close, as the next.
    ///   - descriptor: the segment's.
    ///   - connection: a number that no other connection has.
    /// - Throws: ``Refusal``.
    package func admit(
        _ hello: Hello, from peer: ReportPeer, pidfd: Int32 = -1, descriptor: Int32, connection: Int, at now: Moment
    ) throws(Refusal) -> Admission {
        let identity = InstanceIdentity(service: hello.service, instance: hello.instance)
        if isNobodys(identity) {
            try checkScraped(identity)
            try checkGroup(of: identity, peer, at: now)
            // Before its segment and its process are looked at, which costs as much again.
            try checkPlace(of: identity, peer)
        }
        // Checked before an instance is made of it: what is refused leaves no trace.
        do { _ = try SegmentReader(descriptor: descriptor) } catch { throw Refusal(.segment, error.description) }
        let process: ProcessSight
        do {
            process = try ProcessSight(pid: peer.pid, pidfd: pidfd, root: rules.root, at: now.monotonic)
        } catch {
            throw Refusal(.hello, "the process cannot be watched: \(error.description)")
        }
        try checkHolder(of: identity, peer, process, at: now)
        let (instance, displaced) = try find(identity, for: peer, at: now)
        try checkName(of: instance, peer, process, at: now)
        var former: Int?
        if case (let holder?, .alive(let own)) = instance.holding, holder != peer { former = own }
        do {
            try instance.attach(process, of: peer, segment: descriptor, connection: connection, at: now)
        } catch { throw Refusal(.segment, error.description) }
        keep(instance)
        if let store {
            let ticks = if case .watched(let process) = process { process.startTicks } else { UInt64(0) }
            let record = InstanceRecord(identity: identity, pid: peer.pid, startTicks: ticks, uid: peer.uid)
            instance.keep(record, in: store, at: now)
        }
        let hidden: LinuxError? = if case .unseen(let error) = process { error } else { nil }
        return Admission(instance: instance, displaced: displaced, former: former, hidden: hidden)
    }

    /// Takes in what somebody has sent of an instance over HTTP, in place of what was sent of it before.
    ///
    /// - Throws: ``Refusal``; nothing is changed then.
    package func receive(
        _ report: ReceivedReport, of identity: InstanceIdentity, from peer: ReportPeer, at now: Moment
    ) throws(Refusal) {
        try checkHolder(of: identity, peer, nil, at: now)
        let instance = try find(identity, for: peer, at: now).instance
        try checkName(of: instance, peer, isReceived: true, at: now)
        instance.receive(report, of: peer, at: now)
        keep(instance)
    }

    /// Ends the life of an instance that was reported over HTTP.
    ///
    /// - Throws: ``Refusal`` where it is another user's.
    /// - Returns: whether there is such an instance.
    package func stopReceiving(_ identity: InstanceIdentity, from peer: ReportPeer, at now: Moment) throws(Refusal) -> Bool {
        guard let instance = state.withLock({ $0[identity] }), instance.isReceived else { return false }
        try checkHolder(of: identity, peer, nil, at: now)
        try checkName(of: instance, peer, isReceived: true, at: now)
        instance.stopReceiving(at: now)
        return true
    }

    /// Keeps an instance that may have been forgotten, as one that never reported, just before it did.
    func keep(_ instance: KnownInstance) {
        state.withLock { if $0[instance.identity] == nil { $0[instance.identity] = instance } }
    }

    /// What has come of an admitted report.
    package struct Admission: Sendable {
        package let instance: KnownInstance
        /// The connection of an instance that lost its place to this one.
        let displaced: Int?
        /// The connection by which the name was reported until now, and is no more.
        let former: Int?
        /// Why nothing of the process can be seen, where that is so.
        package let hidden: LinuxError?
    }

    /// - Throws: ``Refusal`` of a name whose process lives, or that another user held a short while ago.
    ///
    /// - Parameter isReceived: whether it is reported over HTTP, where a user's processes are not told apart.
    private func checkName(
        of instance: KnownInstance, _ peer: ReportPeer, _ process: ProcessSight? = nil, isReceived: Bool = false, at now: Moment
    ) throws(Refusal) {
        let (holder, life) = instance.holding
        guard let holder else { return }
        let isSame = isReceived ? instance.isReceived && holder.uid == peer.uid : holder.pid == peer.pid && peer.pid != 0
        if instance.isAlive, !isSame {
            if takesOver(instance, process, isReceived: isReceived) { return }
            let rest =
                instance.isReceived
                ? "over HTTP by \(holder), and is that one's for \(HTTPReportLimits.age.value.limitText) after its last report: give this one another name, or wait"
                : "by \(holder), which lives: give this one another name"
            throw Refusal(.name, "\(instance.identity) is reported \(rest)")
        }
        guard !isDeclared(instance.identity), holder.uid != peer.uid, holder.uid != ReportPeer.unknownUser, !peer.isPrivileged,
            case .ended(let moment) = life,
            now.monotonic <= moment || now.monotonic - moment <= retention
        else { return }
        throw Refusal(
            .name,
            "\(instance.identity) was reported by \(holder), and is that user's for \(configuration.retention / .seconds(1)) s after its "
                + "end (--retention): give this one another name, or say in what is expected whose it is")
    }

    private var retention: UInt64 { UInt64(max(0, configuration.retention / .nanoseconds(1))) }

    /// A turn of the sampling loop: every instance is sampled, and what has expired is forgotten.
    ///
    /// - Returns: what was forgotten before its time, as it took too much memory.
    @discardableResult
    package func tick(at now: Moment) -> [InstanceIdentity] {
        // Against the order of scrapes (``unordered``).
        for instance in instances.reversed() { instance.tick(at: now) }
        expire(at: now)
        return shed(at: now)
    }

    /// Takes note that the agent runs, which is to be told every second: only time in which it did is evidence of a hang.
    package func turnHangs(at now: Moment) { rules.hangs.turn(at: now.monotonic) }

    /// Forgets instances that ended long enough ago and are not expected.
    private func expire(at now: Moment) {
        let retention = retention
        let expired = state.withLock { instances in
            let expired = instances.values.filter { $0.hasExpired(retention: retention, at: now) }
            for instance in expired { instances[instance.identity] = nil }
            return expired
        }
        guard let store else { return }
        for instance in expired { instance.storage.leave(store) }
    }

    /// Forgets ended instances whose user's ended instances keep too much.
    private func shed(at now: Moment) -> [InstanceIdentity] {
        let grace = UInt64(SeriesLimits.endedGrace.value / .nanoseconds(1))
        let ended = unordered.compactMap { $0.ended(grace: grace, at: now) }
        let gone = EndedInstance.toForget(among: ended, limit: SeriesLimits.endedMemory.value.bytes).map(\.identity)
        let left = state.withLock { instances in
            gone.compactMap { identity in
                // It may have come back meanwhile.
                guard instances[identity]?.hasExpired(retention: grace, at: now) == true else { return nil as KnownInstance? }
                return instances.removeValue(forKey: identity)
            }
        }
        if let store { for instance in left { instance.storage.leave(store) } }
        return left.map(\.identity)
    }
}

/// A report turned away: the reason to count and the words to send back.
package struct Refusal: Error {
    package let reason: RefusalReason
    package let message: String

    init(_ reason: RefusalReason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}
