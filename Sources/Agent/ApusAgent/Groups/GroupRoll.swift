import AgentMetrics
import ApusLimits
import ApusLinux

/// Who belongs to which group, and what each group comes to: the state of ``ProcessGroups``, which guards it.
///
/// A process belongs to the first group that matches it, or else to that of the process that started it, where that group has
/// descendants. It is asked again at each turn of the sampling loop when its name has changed, when it came between turns, as a program
/// begins as a copy of the one that starts it, when a pid file names it or did, and when it is seen to be something else, for which some are
/// looked at in turn.
struct GroupRoll {
    /// A process that belongs to no group, or to one that there is no room for.
    struct Stranger {
        let startTicks: UInt64
        let name: ProcessName
        /// What it was when it was asked at a turn of the sampling loop; `nil` before.
        let mark: ProcessMark?
        /// What it had done when that was looked at last.
        var work: UInt64
        var isSettled = false
        /// Whether it could not be asked at the last look, and is at the next one.
        var isPutOff = false
        /// Belongs to a group, and there is no room for it.
        var isUnwatched = false
        /// That group, where there is room for the group itself.
        var group: Int?
        /// Whether its group cannot be told, as it keeps whoever reads its arguments from it.
        var isUnread = false
        /// Whether it belonged to a group before, which has counted what it had used: it does not count whole when it comes back.
        var wasMember = false
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
    /// How many witnesses there are at most.
    let mostWitnesses: Int
    var declarations: [GroupDeclaration] = []
    var groups: [Int: WatchedGroup] = [:]
    var numbers: [InstanceIdentity: Int] = [:]
    /// The numbers of the groups in the order of their names; `nil` when one has come or gone since.
    var order: [Int]?
    /// The places for groups that are taken.
    var taken = 0
    private(set) var members: [Int32: GroupMember] = [:]
    /// How many of the members keep their files open.
    var openMembers = 0
    /// The descriptors that all members may take.
    let descriptors: Int
    /// The processes that belong to groups, the oldest first; `nil` when one has come or gone since.
    var roster: [GroupMember]?
    /// The number of the next group that comes; none is given twice.
    var nextNumber = 0
    var strangers: [Int32: Stranger] = [:]
    var ledger = GroupLedger()
    /// The processes that belong to no group and are witnesses of the ledger, as the last look found them.
    var witnesses: [Int32: GroupLedger.Sighting] = [:]
    /// The witnesses above which nobody is of a group.
    var idle: Set<Int32> = []
    /// The witnesses that have come to other parents in the look that is under way.
    var reparented: [Int32] = []
    /// Whether somebody who was there before has joined a group since the last turn.
    var hasRisen = false
    /// The parents of those who are of no group, as a turn that is under way has found them, where somebody was cut off.
    var parents: [Int32: Int32] = [:]
    /// Whether there was no place for a witness above one of a group.
    var isCutOff = false
    /// Whether there was no place for a witness below one of a group.
    var lacksWitnesses = false
    var controlGroups: ControlGroupWatch
    var lookedAt: UInt64?
    /// The number of the last pass over members.
    var pass: UInt64 = 0
    /// The groups that somebody was found for in the look that is under way.
    var found: Set<Int> = []
    /// The groups that can give their places away in that look; `nil` before somebody needs one.
    var mayGiveWay: [Int]?
    /// The processes of captured groups that can give their places away in that look, who began last at the end; `nil` before somebody
    /// needs one.
    var mayMakeWay: [GroupMember]?
    /// Groups that were forgotten before their time, as another one took their place.
    var forgotten: UInt64 = 0
    /// The control groups of process 1, below which a container's units are.
    let first: ControlGroups?
    /// CLOCK_BOOTTIME at the last turn of the sampling loop, in nanoseconds; before the first 0, or when an agent began that goes on after
    /// another one.
    var turnedAt: UInt64 = 0
    /// Whether what groups had used before the first look was served by another agent, and counts no more: sums begin at 0.
    let goesOn: Bool
    /// Seconds since the Unix epoch at the last turn after which no file was read; `nil`: what is found now may be old.
    var searchedAt: Double?
    /// What of processes the groups are chosen by.
    var aspects: ProcessMark.Aspects = []
    /// Who is looked at again to see whether it has become something else.
    var rotation: ProcessRotation
    /// The processes that pid files named at the last turn of the sampling loop.
    var filed: Set<Int32> = []
    /// The processes that have changed their groups, and whose children have not been asked.
    var movers: [Int32] = []
    /// The programs of the file that may be links, in their order.
    var programs: [String] = []
    /// The program whose links were looked at last.
    var lastProgram = ""
    /// The time for comparing processes with the file.
    var matching: MatchingBudget
    /// Whether no look has been since a file was taken in.
    var isNewlyTold = true
    /// Why the processes could not be listed at the last look; `nil` when they could.
    var blindness: LinuxError?
    /// Processes that belong to a group and are not watched, as there are too many.
    var unwatched: Int { strangers.values.count { $0.isUnwatched } }
    /// Processes whose group cannot be told, or not anew, as they keep whoever reads their arguments from it.
    var unread: [Int32] {
        (Array(strangers.filter { $0.value.isUnread }.keys) + members.filter { $0.value.isUnread }.keys).sorted()
    }

    init(
        _ root: KernelRoot, readsControlGroups: Bool, budget: ProportionalBudget?, sockets: SocketSurvey?, mostGroups: Int,
        mostMarked: Int, mostWitnesses: Int, descriptors: Int?, goesOnAt: UInt64?, matching: MatchingBudget = MatchingBudget()
    ) {
        self.matching = matching
        goesOn = goesOnAt != nil
        turnedAt = goesOnAt ?? 0
        rotation = ProcessRotation(most: mostMarked)
        self.mostGroups = mostGroups
        self.mostWitnesses = mostWitnesses
        self.root = root
        self.budget = budget
        survey = sockets
        self.descriptors = descriptors.map { $0 / 2 } ?? .max
        most = min(GroupLimits.processes.value, self.descriptors)
        first = try? ControlGroups(of: 1, root: root)
        controlGroups = ControlGroupWatch(root, isWhole: readsControlGroups, descriptors: descriptors)
    }

    /// Takes a file in place of the one before.
    mutating func watch(_ file: WatchFile, at now: Moment) -> NamedPlaces {
        declarations = file.groups
        aspects = declarations.aspects
        programs = Set(declarations.flatMap(\.selectors).compactMap { $0.executable?.program }).sorted()
        for group in groups.values {
            // What has ended before is served on as long as it was to be.
            group.isLeft = group.isExpected || !group.finding.reading.isEmpty
            group.wasNamed = group.isExpected
            group.isExpected = false
        }
        let named = file.groups.compactMap { declaration in declaration.fixedIdentity.map { ($0, declaration) } }
        // All that are there already before any is made: who is named gives its place to nobody.
        for (identity, _) in named {
            if let number = numbers[identity] { groups[number]?.isExpected = true }
        }
        (found, mayGiveWay) = ([], nil)
        var places = NamedPlaces()
        for (identity, declaration) in named {
            places.given += makeRoom(forNamed: identity, declaration)
            guard let number = number(of: identity, declaration, at: now)?.number else {
                places.missing.append(identity)
                continue
            }
            groups[number]?.isExpected = true
            groups[number]?.isLeft = false
            groups[number]?.includesDescendants = declaration.includesDescendants
        }
        for member in members.values { member.isSettled = false }
        // What those had used that were of a group does not count anew.
        strangers = strangers.filter { $0.value.wasMember }
        for pid in strangers.keys { strangers[pid]?.isSettled = false }
        controlGroups.reload()
        searchedAt = nil
        isNewlyTold = true
        return places
    }

    /// What became of the places of groups that a file names as they are.
    struct NamedPlaces {
        /// Living groups that gave their places to them.
        var given: [InstanceIdentity] = []
        /// Plainly named groups for which there is no place.
        var missing: [InstanceIdentity] = []
    }

    /// All groups, in the order of their names.
    mutating func sorted() -> [ProcessGroups.Served] {
        let order = order ?? numbers.sorted { $0.key < $1.key }.map { $0.value }
        self.order = order
        return order.compactMap { number in
            groups[number].map {
                ProcessGroups.Served(
                    number: number, identity: $0.identity, isCaptured: !$0.isExpected, finding: $0.finding)
            }
        }
    }

    /// Takes a process into a group, in place of what was known of it.
    mutating func enter(_ member: GroupMember) {
        leaveFiles(of: members[member.process.pid])
        members[member.process.pid] = member
        if member.process.keepsFilesOpen { openMembers += 1 }
        roster = nil
    }

    /// Lets go of a process that has ended.
    mutating func remove(_ pid: Int32) {
        guard let member = members.removeValue(forKey: pid) else { return }
        leaveFiles(of: member)
        if member.hidesStorage { groups[member.group]?.hidesStorage = true }
        roster = nil
    }

    private mutating func leaveFiles(of member: GroupMember?) {
        if member?.process.keepsFilesOpen == true { openMembers -= 1 }
    }

    /// A turn of the sampling loop.
    mutating func turn(retention: UInt64, at now: Moment) {
        look(isTurn: true, at: now)
        for member in members.values where member.putOff == 0 { member.isSettled = true }
        // A process for which there was no room is asked again.
        for (pid, stranger) in strangers where !stranger.isSettled && !stranger.isUnwatched {
            strangers[pid]?.isSettled = true
        }
        openFiles()
        turnedAt = now.sinceBoot
        searchedAt = now.realtime
        for (number, group) in groups where !group.isExpected && group.finding.reading.isEmpty {
            guard group.isLeft || now.monotonic &- group.lastSeen > retention else { continue }
            forget(group, number)
        }
        for group in groups.values { group.isLeft = false }
    }
}
