package import AgentMetrics
import ApusLimits
package import ApusLinux
package import Logging
import Synchronization

/// The groups of processes that the configuration file names: who belongs to which, and what each comes to.
///
/// A process belongs to the first group that matches it, or else to that of the process that started it, where that group has
/// descendants. It is asked again at each turn of the sampling loop when its name has changed, or when it was new at the turn before, as
/// a program begins as a copy of the one that starts it.
package final class ProcessGroups: Sendable {
    private let root: KernelRoot
    private let retention: UInt64
    /// How many processes are watched at most.
    private let most: Int
    private let logger: Logger
    private let state: Mutex<State>

    private struct Group {
        let identity: InstanceIdentity
        var includesDescendants: Bool
        /// Named in the file as it is: served without a process too.
        var isExpected: Bool
        var reading = GroupReading()
        /// Moment of CLOCK_MONOTONIC at which it had a process last.
        var lastSeen: UInt64
        /// What the log says of it already.
        var isToldEmpty = false
    }

    /// A process that belongs to no group.
    private struct Stranger {
        let startTicks: UInt64
        let name: ProcessName
        var isSettled = false
        /// Belongs to a group, and there is no room for it.
        var isUnwatched = false
    }

    private struct State {
        var declarations: [GroupDeclaration]
        var groups: [Int: Group] = [:]
        var numbers: [InstanceIdentity: Int] = [:]
        var members: [Int32: GroupMember] = [:]
        var strangers: [Int32: Stranger] = [:]
        var ledger = GroupLedger()
        var lookedAt: UInt64?
        /// The control groups of process 1, below which a container's units are.
        let first: ControlGroups?
        /// CLOCK_BOOTTIME at the last turn of the sampling loop, in nanoseconds; 0 before the first.
        var turnedAt: UInt64 = 0
        /// Processes that belong to a group and are not watched, as there are too many.
        var unwatched: Int { strangers.values.count { $0.isUnwatched } }
        var isToldFull = false
    }

    /// One group as it is served.
    package struct Served: Sendable {
        package let identity: InstanceIdentity
        package let reading: GroupReading
    }

    /// - Parameters:
    ///   - retention: how long a group whose name is made of its processes is served without any.
    ///   - descriptors: that this process may have open; a process of a group takes two, and half of all are left to the rest.
    package init(
        _ file: WatchFile, retention: Duration, root: KernelRoot = .live, descriptors: Int? = DescriptorLimit.current?.soft,
        logger: Logger, at now: Moment
    ) {
        most = min(GroupLimits.processes.value, descriptors.map { $0 / 4 } ?? .max)
        self.root = root
        self.logger = logger
        self.retention = UInt64(max(0, retention / .nanoseconds(1)))
        state = Mutex(State(declarations: [], first: try? ControlGroups(of: 1, root: root)))
        watch(file, at: now)
    }

    /// Watches what a file names in place of what was watched: at the next turn of the sampling loop every process is asked again.
    ///
    /// A group that it does not name any more goes a while after its last process.
    package func watch(_ file: WatchFile, at now: Moment) {
        state.withLock { state in
            state.declarations = file.groups
            for number in state.groups.keys { state.groups[number]?.isExpected = false }
            for declaration in file.groups {
                guard let identity = declaration.fixedIdentity,
                    let number = Self.number(of: identity, declaration, &state, at: now)?.number
                else { continue }
                state.groups[number]?.isExpected = true
                state.groups[number]?.includesDescendants = declaration.includesDescendants
            }
            for pid in state.members.keys { state.members[pid]?.isSettled = false }
            state.strangers = [:]
        }
    }

    /// All groups, in the order of their names, as they are now: looks that come within 50 ms share one.
    package func look(at now: Moment) -> [Served] {
        state.withLock { state in
            if now.monotonic >= (state.lookedAt ?? 0) &+ Cadence.scrape.reuse || state.lookedAt == nil {
                look(&state, isTurn: false, at: now)
            }
            return state.groups.values.map { Served(identity: $0.identity, reading: $0.reading) }.sorted {
                $0.identity < $1.identity
            }
        }
    }

    /// A turn of the sampling loop.
    package func tick(at now: Moment) {
        state.withLock { state in
            look(&state, isTurn: true, at: now)
            for (pid, member) in state.members where !member.isSettled { state.members[pid]?.isSettled = true }
            // A process for which there was no room is asked again.
            for (pid, stranger) in state.strangers where !stranger.isSettled && !stranger.isUnwatched {
                state.strangers[pid]?.isSettled = true
            }
            state.turnedAt = now.sinceBoot
            expire(&state, at: now)
            tell(&state)
        }
    }

    /// The processes that are past the most that are watched.
    package var unwatched: Int { state.withLock(\.unwatched) }

    // MARK: - Looking

    private func look(_ state: inout State, isTurn: Bool, at now: Moment) {
        guard let names = try? FolderNames.read(root.proc) else { return }
        let present = Set(names.compactMap { Int32($0) })
        var sights = lookAtMembers(&state, isTurn: isTurn)
        for pid in state.strangers.keys where !present.contains(pid) { state.strangers[pid] = nil }
        for newcomer in newcomers(present, sights, isTurn: isTurn, &state) {
            take(newcomer, &sights, &state, isTurn: isTurn, at: now)
        }
        state.ledger.look(
            sights.compactMap { pid, sight in
                state.members[pid].map { member in
                    GroupLedger.Sighting(
                        pid: pid, startTicks: sight.counted.startTicks, parent: sight.counted.parent, group: member.group,
                        total: ProcessCounts(sight.counted, sight.io), inherited: ProcessCounts(inheritedBy: sight.counted),
                        countsWhole: member.countsWhole)
                }
            })
        sum(sights, &state, at: now)
        state.lookedAt = now.monotonic
    }

    /// Looks at those who belong to groups; who has ended does not any more.
    private func lookAtMembers(_ state: inout State, isTurn: Bool) -> [Int32: MemberSight] {
        var sights: [Int32: MemberSight] = [:]
        var ended: Set<Int32> = []
        var waiting = Set(state.members.keys)
        // Who may have taken over what an ended one had used is read after its end was seen.
        while !waiting.isEmpty {
            var gone: Set<Int32> = []
            for pid in waiting {
                do throws(LinuxError) { sights[pid] = try state.members[pid]?.look(isTurn: isTurn) } catch {
                    sights[pid] = nil
                    gone.insert(pid)
                }
            }
            ended.formUnion(gone)
            waiting = gone.isEmpty ? [] : state.ledger.heirs(of: ended).subtracting(ended)
        }
        for pid in ended { state.members[pid] = nil }
        return sights
    }

    /// A process that is asked whether it belongs to a group. Nothing of it is kept open, as there may be thousands.
    private struct Newcomer {
        let pid: Int32
        let stat: ProcessStat
        let isMember: Bool
    }

    /// Finds the processes that nobody has asked as what they are now, the oldest first: who starts others comes before them.
    private func newcomers(
        _ present: Set<Int32>, _ sights: [Int32: MemberSight], isTurn: Bool, _ state: inout State
    ) -> [Newcomer] {
        var newcomers: [Newcomer] = []
        for (pid, sight) in sights {
            guard let member = state.members[pid], sight.living != nil else { continue }
            if sight.counted.name != member.name || isTurn && !member.isSettled {
                newcomers.append(Newcomer(pid: pid, stat: sight.counted, isMember: true))
            }
        }
        // A daemon writes its number after it has started.
        let filed = isTurn ? Set(state.declarations.flatMap(\.selectors).compactMap { $0.pidFile?.pid() }) : []
        for pid in present where state.members[pid] == nil {
            let stranger = state.strangers[pid]
            guard stranger == nil || isTurn else { continue }
            guard let stat = try? ProcFile("\(root.proc)/\(pid)/stat").read({ ProcessStat($0) }) else { continue }
            if let stranger, stranger.isSettled, stranger.startTicks == stat.startTicks, stranger.name == stat.name,
                !filed.contains(pid)
            {
                continue
            }
            newcomers.append(Newcomer(pid: pid, stat: stat, isMember: false))
        }
        return newcomers.sorted { ($0.stat.startTicks, $0.pid) < ($1.stat.startTicks, $1.pid) }
    }

    private func take(
        _ newcomer: Newcomer, _ sights: inout [Int32: MemberSight], _ state: inout State, isTurn: Bool, at now: Moment
    ) {
        let pid = newcomer.pid
        let former = newcomer.isMember ? state.members[pid] : nil
        let found = group(of: newcomer, former, &state, at: now)
        guard let (group, isDescendant, isNew) = found, let group, former != nil || state.members.count < most else {
            state.members[pid] = nil
            sights[pid] = nil
            var stranger = Stranger(startTicks: newcomer.stat.startTicks, name: newcomer.stat.name)
            stranger.isUnwatched = found != nil
            state.strangers[pid] = stranger
            return
        }
        let start = Double(newcomer.stat.startTicks) / root.ticksPerSecond * 1e9
        // A clock tick earlier, as the kernel rounds down.
        let isYoung = start + 1e9 / root.ticksPerSecond >= Double(state.turnedAt)
        // Its number may have gone to another one since.
        guard let process = former?.process ?? (try? WatchedProcess(pid: pid, root: root)),
            process.startTicks == newcomer.stat.startTicks
        else { return }
        var member = GroupMember(
            process, group: group, countsWhole: isNew || isYoung, isDescendant: isDescendant, name: newcomer.stat.name)
        member.isSettled = former?.isSettled ?? false
        guard let sight = try? member.look(isTurn: isTurn || former == nil) else {
            state.members[pid] = nil
            sights[pid] = nil
            return
        }
        state.strangers[pid] = nil
        state.members[pid] = member
        sights[pid] = sight
    }

    /// The group that a process belongs to, `nil` of one that there is no room for, and whether nothing has been served of it.
    private func group(
        of newcomer: Newcomer, _ former: GroupMember?, _ state: inout State, at now: Moment
    ) -> (group: Int?, isDescendant: Bool, isNew: Bool)? {
        if let facts = try? ProcessFacts(of: newcomer.pid, root: root, below: state.first) {
            for declaration in state.declarations {
                guard let identity = declaration.identity(of: facts) else { continue }
                let found = Self.number(of: identity, declaration, &state, at: now)
                return (found?.number, false, found?.isNew ?? false)
            }
        }
        if let parent = state.members[newcomer.stat.parent], state.groups[parent.group]?.includesDescendants == true {
            return (parent.group, true, false)
        }
        // Who was started by one that has ended since stays where it is.
        return former.flatMap { $0.isDescendant ? ($0.group, true, false) : nil }
    }

    /// The number of a group, which is made where there is none; `nil` past the most that there may be.
    private static func number(
        of identity: InstanceIdentity, _ declaration: GroupDeclaration, _ state: inout State, at now: Moment
    ) -> (number: Int, isNew: Bool)? {
        if let number = state.numbers[identity] { return (number, state.lookedAt == nil) }
        guard state.groups.count < GroupLimits.groups.value else { return nil }
        let number = (state.groups.keys.max() ?? -1) + 1
        state.numbers[identity] = number
        state.groups[number] = Group(
            identity: identity, includesDescendants: declaration.includesDescendants,
            isExpected: declaration.fixedIdentity != nil, lastSeen: now.monotonic)
        return (number, true)
    }

    private func sum(_ sights: [Int32: MemberSight], _ state: inout State, at now: Moment) {
        var readings: [Int: GroupReading] = [:]
        for (pid, sight) in sights {
            guard let group = state.members[pid]?.group else { continue }
            readings[group, default: GroupReading()].add(sight)
        }
        // Read once for all of them, as it takes longer than a process.
        let bootTime = sights.isEmpty ? nil : root.bootTime()
        for number in state.groups.keys {
            var reading = readings[number] ?? GroupReading()
            reading.account = state.ledger[number]
            reading.bootTime = bootTime
            state.groups[number]?.reading = reading
            if reading.processes > 0 { state.groups[number]?.lastSeen = now.monotonic }
        }
    }

    // MARK: - Turns

    private func expire(_ state: inout State, at now: Moment) {
        for (number, group) in state.groups where !group.isExpected && group.reading.processes == 0 {
            guard now.monotonic &- group.lastSeen > retention else { continue }
            state.groups[number] = nil
            state.numbers[group.identity] = nil
            state.ledger.forget(number)
        }
    }

    /// Says once of each group that the file names when it has no process, and when it has one again.
    private func tell(_ state: inout State) {
        for (number, group) in state.groups where group.isExpected {
            let isEmpty = group.reading.processes == 0
            guard isEmpty != group.isToldEmpty else { continue }
            state.groups[number]?.isToldEmpty = isEmpty
            let facts: Logger.Metadata = ["group": "\(group.identity)"]
            if isEmpty {
                logger.warning(
                    "no process matches a group; apus-agent check-config --processes shows who is matched", metadata: facts)
            } else {
                logger.notice("a group has processes", metadata: facts)
            }
        }
        guard state.unwatched > 0, !state.isToldFull else { return }
        state.isToldFull = true
        logger.warning(
            "processes are not watched: \(most) in \(GroupLimits.groups.value) groups are the most; match fewer, or raise LimitNOFILE=",
            metadata: ["unwatched": "\(state.unwatched)"])
    }
}
