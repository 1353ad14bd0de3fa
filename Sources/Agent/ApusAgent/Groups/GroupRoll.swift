import AgentMetrics
import ApusLimits
import ApusLinux

/// Who belongs to which group, and what each group comes to: the state of ``ProcessGroups``, which guards it.
///
/// A process belongs to the first group that matches it, or else to that of the process that started it, where that group has
/// descendants. It is asked again at each turn of the sampling loop when its name has changed, or when it was new at the turn before, as
/// a program begins as a copy of the one that starts it.
struct GroupRoll {
    /// A process that belongs to no group.
    private struct Stranger {
        let startTicks: UInt64
        let name: ProcessName
        var isSettled = false
        /// Belongs to a group, and there is no room for it.
        var isUnwatched = false
    }

    let root: KernelRoot
    /// The time for proportional memory; `nil`: it is not read.
    let budget: ProportionalBudget?
    /// The sockets of the machine; `nil`: they are not read.
    let survey: SocketSurvey?
    /// The sockets of each group at the last turn of the sampling loop.
    var sockets: [Int: SocketFigures] = [:]
    /// How many processes are watched at most.
    let most: Int
    /// How many groups are watched at most; one of control groups counts twice.
    let mostGroups: Int
    var declarations: [GroupDeclaration] = []
    var groups: [Int: WatchedGroup] = [:]
    var numbers: [InstanceIdentity: Int] = [:]
    /// The numbers of the groups in the order of their names; `nil` when one has come or gone since.
    var order: [Int]?
    /// The places for groups that are taken.
    var taken = 0
    var members: [Int32: GroupMember] = [:]
    /// The processes that belong to groups, the lowest number first; `nil` when one has come or gone since.
    private var roster: [GroupMember]?
    /// The number of the next group that comes; none is given twice.
    var nextNumber = 0
    private var strangers: [Int32: Stranger] = [:]
    var ledger = GroupLedger()
    var controlGroups: ControlGroupWatch
    private(set) var lookedAt: UInt64?
    /// The groups that somebody was found for in the look that is under way.
    var found: Set<Int> = []
    /// The groups that can give their places away in that look; `nil` before somebody needs one.
    var mayGiveWay: [Int]?
    /// Groups without a process that were forgotten before their time, as a living one took their place.
    var forgotten: UInt64 = 0
    /// The control groups of process 1, below which a container's units are.
    private let first: ControlGroups?
    /// CLOCK_BOOTTIME at the last turn of the sampling loop, in nanoseconds; 0 before the first.
    private var turnedAt: UInt64 = 0
    /// Seconds since the Unix epoch at the last turn after which no file was read; `nil`: what is found now may be old.
    private var searchedAt: Double?
    /// Why the processes could not be listed at the last look; `nil` when they could.
    private(set) var blindness: LinuxError?
    /// Processes that belong to a group and are not watched, as there are too many.
    var unwatched: Int { strangers.values.count { $0.isUnwatched } }

    init(
        _ root: KernelRoot, readsControlGroups: Bool, budget: ProportionalBudget?, sockets: SocketSurvey?, mostGroups: Int,
        descriptors: Int?
    ) {
        self.mostGroups = mostGroups
        self.root = root
        self.budget = budget
        survey = sockets
        most = min(GroupLimits.processes.value, descriptors.map { $0 / 6 } ?? .max)
        first = try? ControlGroups(of: 1, root: root)
        controlGroups = ControlGroupWatch(root, isWhole: readsControlGroups, descriptors: descriptors)
    }

    /// Takes a file in place of the one before.
    mutating func watch(_ file: WatchFile, at now: Moment) {
        declarations = file.groups
        for group in groups.values {
            // What has ended before is served on as long as it was to be.
            group.isLeft = group.isExpected || !group.finding.reading.isEmpty
            group.isExpected = false
        }
        let named = file.groups.compactMap { declaration in declaration.fixedIdentity.map { ($0, declaration) } }
        // All that are there already before any is made: who is named gives its place to nobody.
        for (identity, _) in named {
            if let number = numbers[identity] { groups[number]?.isExpected = true }
        }
        (found, mayGiveWay) = ([], nil)
        for (identity, declaration) in named {
            guard let number = number(of: identity, declaration, at: now)?.number else { continue }
            groups[number]?.isExpected = true
            groups[number]?.isLeft = false
            groups[number]?.includesDescendants = declaration.includesDescendants
        }
        for member in members.values { member.isSettled = false }
        strangers = [:]
        controlGroups.reload()
        searchedAt = nil
    }

    /// All groups, in the order of their names.
    mutating func sorted() -> [ProcessGroups.Served] {
        let order = order ?? numbers.sorted { $0.key < $1.key }.map { $0.value }
        self.order = order
        return order.compactMap { number in
            groups[number].map { ProcessGroups.Served(number: number, identity: $0.identity, finding: $0.finding) }
        }
    }

    /// A turn of the sampling loop.
    mutating func turn(retention: UInt64, at now: Moment) {
        look(isTurn: true, at: now)
        for member in members.values { member.isSettled = true }
        // A process for which there was no room is asked again.
        for (pid, stranger) in strangers where !stranger.isSettled && !stranger.isUnwatched {
            strangers[pid]?.isSettled = true
        }
        turnedAt = now.sinceBoot
        searchedAt = now.realtime
        for (number, group) in groups where !group.isExpected && group.finding.reading.isEmpty {
            guard group.isLeft || now.monotonic &- group.lastSeen > retention else { continue }
            forget(group, number)
        }
        for group in groups.values { group.isLeft = false }
    }

    // MARK: - Looking

    /// Looks at all processes and control groups of groups.
    mutating func look(isTurn: Bool, at now: Moment) {
        let names: [String]
        do throws(LinuxError) { names = try FolderNames.read(root.proc) } catch {
            blindness = error
            for group in groups.values { group.blind() }
            return
        }
        blindness = nil
        (found, mayGiveWay) = ([], nil)
        let present = Set(names.compactMap { Int32($0) })
        lookAtMembers(isTurn: isTurn)
        for pid in strangers.keys where !present.contains(pid) { strangers[pid] = nil }
        for newcomer in newcomers(present, isTurn: isTurn) { take(newcomer, isTurn: isTurn, at: now) }
        ledger.look(inOrder().lazy.compactMap { $0.sighting })
        if isTurn { readProportional(at: now) }
        let controlGroups = lookAtControlGroups(isTurn: isTurn, at: now)
        if isTurn { readSockets(at: now) }
        sum(controlGroups, at: now)
        lookedAt = now.monotonic
    }

    /// The processes that belong to groups, the lowest number first.
    private mutating func inOrder() -> [GroupMember] {
        let roster = roster ?? members.sorted { $0.key < $1.key }.map { $0.value }
        self.roster = roster
        return roster
    }

    /// Looks at those who belong to groups; who has ended does not any more.
    private mutating func lookAtMembers(isTurn: Bool) {
        var ended: Set<Int32> = []
        var waiting = inOrder()
        // Who starts others has the lower number, until numbers begin anew, and is read before them: what it has taken over by then is of
        // nobody who is still seen after it. Who may have taken over what an ended one had used is read again after that end was seen, and
        // those for whom it may wait meanwhile once more after it.
        while !waiting.isEmpty {
            var gone: Set<Int32> = []
            for member in waiting {
                do throws(LinuxError) { try member.look(isTurn: isTurn) } catch { gone.insert(member.process.pid) }
            }
            guard !gone.isEmpty else { break }
            ended.formUnion(gone)
            for pid in gone { remove(pid) }
            let heirs = ledger.heirs(of: ended).subtracting(ended)
            waiting = inOrder().filter { heirs.contains($0.process.pid) || isBelow($0, heirs) }
        }
    }

    private mutating func remove(_ pid: Int32) {
        members[pid] = nil
        roster = nil
    }

    /// Whether a process has one of these above it.
    private func isBelow(_ member: GroupMember, _ processes: Set<Int32>) -> Bool {
        guard !processes.isEmpty else { return false }
        var next = member.sight?.counted.parent
        // Parents make no circle; numbers that were used anew could.
        for _ in 0..<32 {
            guard let parent = next else { return false }
            if processes.contains(parent) { return true }
            next = members[parent]?.sight?.counted.parent
        }
        return false
    }

    /// A process that is asked whether it belongs to a group. Nothing of it is kept open, as there may be thousands.
    private struct Newcomer {
        let pid: Int32
        let stat: ProcessStat
        let isMember: Bool
    }

    /// Finds the processes that nobody has asked as what they are now, the oldest first: who starts others comes before them.
    private func newcomers(_ present: Set<Int32>, isTurn: Bool) -> [Newcomer] {
        var newcomers: [Newcomer] = []
        for (pid, member) in members {
            guard let sight = member.sight, sight.living != nil else { continue }
            if sight.counted.name != member.name || isTurn && !member.isSettled {
                newcomers.append(Newcomer(pid: pid, stat: sight.counted, isMember: true))
            }
        }
        // A daemon writes its number after it has started.
        let filed = isTurn ? Set(declarations.flatMap(\.selectors).compactMap { $0.pidFile?.pid() }) : []
        for pid in present where members[pid] == nil {
            let stranger = strangers[pid]
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

    private mutating func take(_ newcomer: Newcomer, isTurn: Bool, at now: Moment) {
        let pid = newcomer.pid
        let former = newcomer.isMember ? members[pid] : nil
        let found = group(of: newcomer, former, at: now)
        guard let (group, isDescendant, isNew) = found, let group, former != nil || members.count < most else {
            remove(pid)
            var stranger = Stranger(startTicks: newcomer.stat.startTicks, name: newcomer.stat.name)
            stranger.isUnwatched = found != nil
            strangers[pid] = stranger
            return
        }
        let start = Double(newcomer.stat.startTicks) / root.ticksPerSecond * 1e9
        // A clock tick earlier, as the kernel rounds down.
        let isYoung = start + 1e9 / root.ticksPerSecond >= Double(turnedAt)
        // Its number may have gone to another one since.
        guard let process = former?.process ?? (try? WatchedProcess(pid: pid, root: root)),
            process.startTicks == newcomer.stat.startTicks
        else { return }
        let member = GroupMember(
            process, group: group, countsWhole: isNew || isYoung, isDescendant: isDescendant, name: newcomer.stat.name,
            former: former)
        do throws(LinuxError) { try member.look(isTurn: isTurn || former == nil) } catch { return remove(pid) }
        strangers[pid] = nil
        if member.countsWhole { groups[group]?.count(from: process.startTicks, root, at: now) }
        members[pid] = member
        roster = nil
    }

    /// The group that a process belongs to, `nil` of one that there is no room for, and whether nothing has been served of it.
    private mutating func group(
        of newcomer: Newcomer, _ former: GroupMember?, at now: Moment
    ) -> (group: Int?, isDescendant: Bool, isNew: Bool)? {
        if let facts = try? ProcessFacts(of: newcomer.pid, root: root, below: first) {
            for declaration in declarations {
                guard let identity = declaration.identity(of: facts) else { continue }
                let found = number(of: identity, declaration, at: now)
                return (found?.number, false, found?.isNew ?? false)
            }
        }
        if let parent = members[newcomer.stat.parent], groups[parent.group]?.includesDescendants == true {
            return (parent.group, true, false)
        }
        // Who was started by one that has ended since stays where it is.
        return former.flatMap { $0.isDescendant ? ($0.group, true, false) : nil }
    }

    private mutating func lookAtControlGroups(isTurn: Bool, at now: Moment) -> [Int: ControlGroupSum] {
        controlGroups.find(declarations, below: first, isTurn: isTurn)
        let numbers = controlGroups.claims.map { claim in
            declarations.indices.contains(claim.declaration)
                ? number(of: claim.identity, declarations[claim.declaration], at: now) : nil
        }
        // One that comes while its like is looked for was made since the turn before; of others nobody knows.
        for case let (number, _)? in numbers where groups[number]?.isLookedAt == false {
            groups[number]?.controlGroupsBegan = searchedAt
        }
        return controlGroups.read(numbers, isTurn: isTurn) { [groups] in groups[$0]?.controlGroupsBegan }
    }

    private mutating func sum(_ controlGroups: [Int: ControlGroupSum], at now: Moment) {
        for member in inOrder() {
            guard let sight = member.sight else { continue }
            groups[member.group]?.add(sight, budget == nil ? nil : member.proportional)
        }
        // Read once for all of them, as it takes longer than a process.
        let bootTime = members.isEmpty ? nil : root.bootTime()
        for (number, group) in groups {
            group.settle(
                ledger[number], controlGroups[number], sockets[number], bootTime: bootTime, root, at: now)
        }
    }
}
