package import AgentMetrics
import ApusLimits
package import ApusLinux
package import Logging
import Synchronization

/// The groups of processes that the configuration file names: who belongs to which, and what each comes to.
///
/// Scrapes and the sampling loop meet here, under one lock.
package final class ProcessGroups: Sendable {
    private let retention: UInt64
    private let logger: Logger
    /// What is known of paths whose file systems may not answer.
    private let paths: PathBook
    private let state: Mutex<State>

    private struct State {
        var roll: GroupRoll
        /// CLOCK_MONOTONIC at the last look for somebody who reports, in nanoseconds.
        var doubtedAt: UInt64?
        var isToldFull = false
        var isToldCut = false
        var isToldBlind = false
        var isToldSlow = false
        var isToldTwice = false
        var isToldUnnamed = false
        var isToldDevices = false
        var isToldUnread = false
        /// The processes whose arguments could not be read at the last turn: one of which that is so for one turn alone was slow.
        var unread: Set<Int32> = []
    }

    /// One group as it is served.
    package struct Served: Sendable {
        /// Its own for as long as it is watched; no other group has it ever.
        let number: Int
        package let identity: InstanceIdentity
        /// Whether its name is made of its processes, so that there may be any number of its like.
        let isCaptured: Bool
        let finding: GroupFinding
        package var reading: GroupReading { finding.reading }
    }

    /// - Parameters:
    ///   - retention: how long a group whose name is made of its processes is served without any.
    ///   - readsControlGroups: whether all is read of control groups that there is, and not their CPU time alone.
    ///   - proportionalBudget: the time for proportional memory; `nil`: it is not read.
    ///   - sockets: those of the machine; `nil`: they are not read.
    ///   - mostGroups: how many groups are watched at most; one of control groups counts twice.
    ///   - mostMarked: how many processes a turn of the sampling loop looks at to see whether they are something else.
    ///   - mostWitnesses: how many processes of no group are looked at, as they take over what has counted.
    ///   - goesOn: whether another agent has watched before it since the machine was booted. What processes and control groups have used up
    ///   to now was in its sums then, without which those of groups would be less than that agent's, and what has ended would be
    ///   missing: readers of counters would take all that is left for use. They begin at 0 then.
    ///   - descriptors: that this process may have open; a process of a group takes five, or one where there are not as many, and half of all
    ///   are left to the rest.
    package init(
        _ file: WatchFile, retention: Duration, root: KernelRoot = .live, readsControlGroups: Bool = true,
        proportionalBudget: ProportionalBudget? = nil, sockets: SocketSurvey? = nil,
        mostGroups: Int = GroupLimits.groups.value,
        mostMarked: Int = GroupLimits.marked.value, mostWitnesses: Int = GroupLimits.witnesses.value, goesOn: Bool = false,
        descriptors: Int? = DescriptorLimit.current?.shared, logger: Logger, at now: Moment
    ) {
        self.logger = logger
        paths = file.paths
        self.retention = UInt64(max(0, retention / .nanoseconds(1)))
        state = Mutex(
            State(
                roll: GroupRoll(
                    root, readsControlGroups: readsControlGroups, budget: proportionalBudget, sockets: sockets,
                    mostGroups: mostGroups, mostMarked: mostMarked, mostWitnesses: mostWitnesses, descriptors: descriptors,
                    goesOnAt: goesOn ? now.sinceBoot : nil)))
        watch(file, at: now)
    }

    /// Watches what a file names in place of what was watched: at the next turn of the sampling loop every process is asked again.
    ///
    /// A group that it does not name any more, and one that no process is left in by it, goes with that turn.
    ///
    /// A group that it names as it is has its place at once, if need be that of one whose name is captured.
    package func watch(_ file: WatchFile, at now: Moment) {
        let (places, most) = state.withLock { ($0.roll.watch(file, at: now), $0.roll.mostGroups) }
        if !places.given.isEmpty {
            logger.warning(
                "living groups gave their places to groups that the file names as they are, as \(most) groups are the most: raise --group-limit, or have fewer captures in names",
                metadata: Self.facts(of: places.given))
        }
        if !places.missing.isEmpty {
            logger.error(
                "groups that the file names are not watched, as \(most) are the most, of which one of control groups counts twice: raise --group-limit",
                metadata: Self.facts(of: places.missing))
        }
    }

    /// What the log says of some groups: how many they are, and the first names.
    static func facts(of identities: [InstanceIdentity]) -> Logger.Metadata {
        let shown = 5
        let names = identities.prefix(shown).map(\.description).joined(separator: ", ")
        return ["number": "\(identities.count)", "groups": "\(names)\(identities.count > shown ? " …" : "")"]
    }

    /// All groups, in the order of their names, as they are now: looks that come within 50 ms share one.
    package func look(at now: Moment) -> [Served] {
        state.withLock { state in
            if now.monotonic >= (state.roll.lookedAt ?? 0) &+ Cadence.scrape.reuse || state.roll.lookedAt == nil {
                state.roll.look(isTurn: false, at: now)
            }
            return state.roll.sorted()
        }
    }

    /// A turn of the sampling loop.
    package func tick(at now: Moment) {
        // Outside of the lock: it may be much work.
        let programs = state.withLock { $0.roll.programsInTurn() }
        let links = Dictionary(programs.map { ($0, paths.links(of: $0)) }, uniquingKeysWith: { first, _ in first })
        state.withLock { state in
            state.roll.take(links)
            state.roll.turn(retention: retention, at: now)
            tellEmpty(&state)
            tellBounds(&state)
        }
        paths.turn()
    }

    /// The groups in the order of their names, and how many of them have neither a process nor a control group.
    package var standing: (identities: [InstanceIdentity], empty: Int) {
        state.withLock { state in
            let groups = state.roll.sorted()
            return (groups.map(\.identity), groups.count { $0.reading.isEmpty })
        }
    }

    /// Whether the file names a group of another name.
    func names(othersThan identity: InstanceIdentity) -> Bool {
        state.withLock { $0.roll.declarations.contains { $0.fixedIdentity != identity } }
    }

    /// The groups that have processes, as they were at the last look.
    package var living: Set<InstanceIdentity> {
        state.withLock { Set($0.roll.groups.values.filter { $0.finding.reading.isAlive }.map(\.identity)) }
    }

    /// Who a reporter is to the group of a name.
    ///
    /// A reporter whom the last look does not show as one of the group has another look done, which asks it again, or the youngest processes
    /// of its user; several times a second at most, whoever asks.
    package func holding(of identity: InstanceIdentity, _ peer: ReportPeer, at now: Moment) -> GroupHolding {
        state.withLock { state in
            let known = state.roll.holding(of: identity, peer, readsUsers: false)
            guard case .foreign = known else { return known }
            let pause = UInt64(GroupLimits.holderPause.value / .nanoseconds(1))
            if state.doubtedAt.map({ now.monotonic >= $0 &+ pause }) ?? true {
                state.doubtedAt = now.monotonic
                state.roll.look(isTurn: false, for: peer, at: now)
            }
            return state.roll.holding(of: identity, peer, readsUsers: true)
        }
    }

    /// The processes that are past the most that are watched.
    package var unwatched: Int { state.withLock { $0.roll.unwatched } }

    /// Groups that were forgotten before their time.
    package var forgotten: UInt64 { state.withLock { $0.roll.forgotten } }

    /// The groups in the order of their names, how many processes each has, and whether it is as it should be: one that the file names as
    /// it is should have a process that lives or a control group.
    package var health: [(identity: InstanceIdentity, processes: Int, isWell: Bool)] {
        state.withLock { state in
            state.roll.sorted().map { served in
                let reading = served.reading
                let isExpected = state.roll.groups[served.number]?.isExpected ?? false
                return (
                    served.identity, reading.processes,
                    !isExpected || reading.isAlive || reading.processes == 0 && !reading.isEmpty
                )
            }
        }
    }

    /// The control groups that are past the most that are watched; at least 1 while a search for them is cut short.
    package var unwatchedControlGroups: Int { state.withLock { $0.roll.controlGroups.unwatched } }

    /// Why the sockets of processes are not read, by pid.
    package var socketGaps: [Int32: SocketGap] { state.withLock { $0.roll.members.compactMapValues(\.sockets.gap) } }

    // MARK: - The log

    package static let zombiesAlone =
        "all processes of a group have ended, and whoever started them has not taken note of it (zombies): look there"
    package static let slowComparison =
        "comparing processes with the expressions of the file takes too long; some are compared later: write expressions that do not try many ways (no .* before another .*, ^ at the beginning)"

    package static let unreadArguments =
        "the groups of processes cannot be told, as these keep whoever reads their arguments from it: see which file system does not answer them, or match by unit or executable"

    /// Says once of each group that the file names when it has no process, and when it has one again.
    private func tellEmpty(_ state: inout State) {
        for group in state.roll.groups.values where group.isExpected {
            let reading = group.finding.reading
            let standing: WatchedGroup.Standing =
                reading.processes > 0
                ? (reading.isAlive ? .inhabited : .ended) : reading.unwatched > 0 ? .crowdedOut : .empty
            guard standing != group.told else { continue }
            group.told = standing
            var facts: Logger.Metadata = ["group": "\(group.identity)"]
            switch standing {
            case .inhabited: logger.notice("a group has processes", metadata: facts)
            case .ended:
                logger.warning("\(Self.zombiesAlone)", metadata: facts)
            case .empty:
                let declaration = state.roll.declarations.first { $0.fixedIdentity == group.identity }
                for reason in declaration?.reasons(state.roll.root) ?? [] { facts[reason.about] = "\(reason.words)" }
                if let hiding = ProcessSight.hidingOthers(state.roll.root) { facts["hidden"] = "\(hiding)" }
                logger.warning(
                    "no process matches a group; apus-agent check-config --processes shows who is matched", metadata: facts)
            case .crowdedOut:
                facts["unwatched"] = "\(reading.unwatched)"
                logger.warning(
                    "no process of a group is watched, as \(state.roll.most) of all groups are the most: match fewer, or raise LimitNOFILE=",
                    metadata: facts)
            }
        }
    }

    /// Says once what is not watched, and when the processes cannot be listed.
    private func tellBounds(_ state: inout State) {
        let roll = state.roll
        if roll.unwatched > 0, !state.isToldFull {
            state.isToldFull = true
            logger.warning(
                "processes are not watched: \(roll.most) in \(roll.mostGroups) groups are the most; match fewer, or raise LimitNOFILE= or --group-limit",
                metadata: ["unwatched": "\(roll.unwatched)"])
        }
        if let path = roll.controlGroups.unnamed.first, !state.isToldUnnamed {
            state.isToldUnnamed = true
            logger.warning(
                "control groups are not watched, as their names are not UTF-8: have whoever makes them name them otherwise, or match those above them",
                metadata: ["unwatched": "\(roll.controlGroups.unnamed.count)", "first": "\(path)"])
        }
        if roll.controlGroups.unwatched > roll.controlGroups.unnamed.count, !state.isToldCut {
            state.isToldCut = true
            logger.warning(
                "control groups are not watched: there are too many folders to search, or to watch; let patterns begin with the folder that they are in, match fewer, or raise LimitNOFILE=",
                metadata: ["unwatched": "\(roll.controlGroups.unwatched - roll.controlGroups.unnamed.count)"])
        }
        if let path = roll.controlGroups.cut, !state.isToldDevices {
            state.isToldDevices = true
            logger.warning(
                "block devices of a control group are not counted: its list of them is longer than is read; detach those that nothing uses",
                metadata: ["first": "\(path)", "bytes": "\(GroupLimits.deviceBytes.value)"])
        }
        if let (user, number) = roll.matching.putOff.max(by: { $0.value < $1.value }), !state.isToldSlow {
            state.isToldSlow = true
            logger.warning(
                "\(Self.slowComparison)", metadata: ["uid": "\(user)", "processes": "\(number)"])
        }
        let unread = roll.unread.filter { state.unread.contains($0) }
        state.unread = Set(roll.unread)
        if unread.isEmpty == state.isToldUnread {
            state.isToldUnread = !unread.isEmpty
            if let pid = unread.first {
                logger.warning("\(Self.unreadArguments)", metadata: ["processes": "\(unread.count)", "first": "\(pid)"])
            } else {
                logger.notice("the groups of all processes can be told again")
            }
        }
        if roll.lacksWitnesses, !state.isToldTwice {
            state.isToldTwice = true
            logger.warning(
                "what processes had used that left their groups, or that others hand on, may count again with their parents: \(roll.mostWitnesses) are the most that are looked at for it; match processes by what does not change, such as unit or executable"
            )
        }
        guard (roll.blindness != nil) != state.isToldBlind else { return }
        state.isToldBlind = roll.blindness != nil
        if let blindness = roll.blindness {
            logger.error(
                "the processes cannot be listed; what groups came to before is served on", metadata: ["fault": "\(blindness)"])
        } else {
            logger.notice("the processes can be listed again")
        }
    }
}
