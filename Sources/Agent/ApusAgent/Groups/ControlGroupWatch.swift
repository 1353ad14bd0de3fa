package import AgentMetrics
import ApusLimits
package import ApusLinux

/// What the control groups of one group come to at a moment.
package final class ControlGroupSum: Sendable {
    /// How many there are.
    package let number: Int
    /// What they have counted, those that have been removed included.
    package let counts: ControlGroupCounts
    /// What they have now.
    package let gauges: Figures<ControlGroupGauge>
    /// When the counts began, in seconds since the Unix epoch; `nil` where one was counting before it was seen, as the kernel does not say
    /// when a control group was made.
    let began: Double?

    init(number: Int, counts: ControlGroupCounts, gauges: Figures<ControlGroupGauge>, began: Double? = nil) {
        self.began = began
        self.number = number
        self.counts = counts
        self.gauges = gauges
    }
}

/// The control groups that are groups: which there are, and what they come to.
///
/// They are found from the top down. What is in a control group belongs to the group that this belongs to, unless one that is declared
/// before has it.
struct ControlGroupWatch {
    /// A control group that belongs to a group.
    struct Claim {
        let folder: ControlGroupTree.Folder
        /// The place of the declaration in the file.
        let declaration: Int
        let identity: InstanceIdentity
        /// The control group of another group that it is in.
        let outer: ControlGroupTree.Folder?
    }

    /// What was found out of a folder, which stays true for as long as it is there.
    private struct Decision {
        let claim: Claim?
        let goesOn: Bool
    }

    private let tree: ControlGroupTree
    /// How many are watched at most.
    private let most: Int
    /// How many may keep all their files open.
    private let mostOpen: Int
    /// Whether more is read than their CPU time.
    private let isWhole: Bool
    private var extent = ControlGroupTree.Extent()
    private var decisions: [ControlGroupTree.Folder: Decision] = [:]
    /// What each path beside hierarchies of version 1 is known as: its folders are made and removed one by one.
    private var known: [String: (folder: ControlGroupTree.Folder, find: ControlGroupTree.Find)] = [:]
    /// The control groups that belong to groups, each behind the one that it is in.
    private(set) var claims: [Claim] = []
    private var watched: [ControlGroupTree.Folder: ControlGroup] = [:]
    private var ledger = ControlGroupLedger()
    /// The limits of those above them, as the last turn of the sampling loop, or the first look at a file, found them.
    private var ceilings: ControlGroupCeilings
    /// Control groups whose group was forgotten while they were there: what they had counted was served before.
    private var givenUp: Set<ControlGroupTree.Folder> = []
    /// Whether the file has been read again since they were looked for.
    private var isReloaded = false
    /// The number of control groups that match and are not watched, as there is no room for them or ``unnamed``; at least 1 more while a
    /// search is cut.
    private(set) var unwatched = 0
    /// Control groups that match by what of their names is text, and cannot be opened, as not all of it is.
    private(set) var unnamed: [String] = []

    /// A control group with more block devices than are read of it.
    private(set) var cut: String?

    init(_ root: KernelRoot, isWhole: Bool, descriptors: Int?) {
        tree = ControlGroupTree(root)
        ceilings = ControlGroupCeilings(root)
        self.isWhole = isWhole
        most = min(GroupLimits.controlGroups.value, descriptors.map { $0 / 8 } ?? .max)
        // Some sixteen files each.
        mostOpen = min(GroupLimits.openControlGroups.value, descriptors.map { $0 / 8 / 16 } ?? .max)
    }

    /// Lets them be looked for anew, as another file was read.
    mutating func reload() {
        decisions = [:]
        extent = ControlGroupTree.Extent()
        isReloaded = true
    }

    mutating func forget(_ group: Int) { ledger.forget(group) }

    /// Lets go of the control groups of groups that are to be forgotten.
    mutating func release(_ groups: Set<Int>) { givenUp.formUnion(ledger.release(groups)) }

    // MARK: - Finding

    /// Looks for them, unless that takes too long for a scrape.
    mutating func find(_ declarations: [GroupDeclaration], below first: ControlGroups?, isTurn: Bool) {
        let own = declarations.indices.filter { declarations[$0].isOfControlGroups }
        guard !own.isEmpty else {
            (claims, extent, unnamed) = ([], ControlGroupTree.Extent(), [])
            return
        }
        guard isTurn || isReloaded || extent.listed <= GroupLimits.quickWalk.value else { return }
        var found: [Claim] = []
        var decided: [ControlGroupTree.Folder: Decision] = [:]
        var seen: [String: (folder: ControlGroupTree.Folder, find: ControlGroupTree.Find)] = [:]
        var nameless: [String] = []
        extent = tree.walk(within: GroupLimits.walk, carrying: Claim?.none) { find, outer -> Claim?? in
            var folder = find.folder
            if tree.isMixed {
                if let former = known[folder.path], find.isSame(as: former.find) { folder = former.folder }
                seen[folder.path] = (folder, find)
            }
            let decision = decisions[folder] ?? Self.decide(folder, in: outer, own, declarations, first)
            guard folder.isText else {
                if decision.claim != nil { nameless.append(folder.path) }
                return nil
            }
            decided[folder] = decision
            if let claim = decision.claim { found.append(claim) }
            return decision.goesOn ? .some(decision.claim ?? outer) : nil
        }
        (decisions, unnamed, known) = (decided, nameless, seen)
        if extent.isCut {
            // What was not reached says itself when it has gone.
            let reached = Set(found.map(\.folder))
            found += claims.filter { !reached.contains($0.folder) }
        }
        claims = found
    }

    /// Finds the group that a folder belongs to besides that of the folder that it is in.
    private static func decide(
        _ folder: ControlGroupTree.Folder, in outer: Claim?, _ own: [Int], _ declarations: [GroupDeclaration],
        _ first: ControlGroups?
    ) -> Decision {
        let name = ControlGroupName(folder.path, below: first)
        let candidates = own.filter { $0 < outer?.declaration ?? .max }
        for place in candidates {
            guard let identity = declarations[place].identity(of: name) else { continue }
            let isInSame = outer?.identity == identity
            let claim = Claim(folder: folder, declaration: place, identity: identity, outer: outer?.folder)
            let goesOn = candidates.contains { $0 < place && mayMatch(declarations[$0], below: name) }
            return Decision(claim: isInSame ? nil : claim, goesOn: goesOn)
        }
        let goesOn = candidates.contains { mayMatch(declarations[$0], below: name) }
        return Decision(claim: nil, goesOn: goesOn)
    }

    private static func mayMatch(_ declaration: GroupDeclaration, below name: ControlGroupName) -> Bool {
        declaration.selectors.contains { $0.mayMatch(below: name) }
    }

    /// The paths of the control groups of each group.
    func claimed(_ number: (Claim) -> Int?) -> [Int: [String]] {
        claims.reduce(into: [:]) { paths, claim in
            if let number = number(claim) { paths[number, default: []].append(claim.folder.path) }
        }
    }

    // MARK: - Reading

    /// Reads all of them, and adds up what each group has come to.
    ///
    /// - Parameters:
    ///   - numbers: for each of ``claims`` the number of its group, and whether nothing has been served of that; `nil` where there
    ///   is no room for it.
    ///   - began: when the counts of a group began.
    mutating func read(
        _ numbers: [(number: Int, isNew: Bool)?], isTurn: Bool, began: (_ group: Int) -> Double?
    ) -> [Int: ControlGroupSum] {
        let isReloaded = isReloaded
        self.isReloaded = false
        cut = nil
        unwatched = unnamed.count + (extent.isCut ? 1 : 0)
        guard !claims.isEmpty || !ledger.isEmpty else { return [:] }
        if isWhole, isTurn || isReloaded || watched.isEmpty { ceilings.read(above: claims.lazy.map(\.folder.path)) }
        var sightings: [ControlGroupLedger.Sighting] = []
        var gauges: [Int: [(path: String, gauges: Figures<ControlGroupGauge>)]] = [:]
        var kept: [ControlGroupTree.Folder: ControlGroup] = [:]
        // What is within others comes first, so that what an outer one says holds what they said.
        for (claim, number) in inTurn(zip(claims, numbers).reversed()) {
            guard kept.count < most, let (group, isNew) = number else {
                unwatched += 1
                continue
            }
            guard let (control, reading) = look(claim.folder, kept.count < mostOpen, isTurn: isTurn) else { continue }
            kept[claim.folder] = control
            sightings.append(
                .init(
                    folder: claim.folder, group: group, outer: claim.outer, counts: reading?.counts ?? ControlGroupCounts(),
                    countsWhole: (isNew || !isReloaded) && !givenUp.contains(claim.folder)))
            if reading?.isCut == true { cut = cut ?? claim.folder.path }
            if let reading { gauges[group, default: []].append((claim.folder.path, reading.gauges)) }
        }
        watched = kept
        if !givenUp.isEmpty { givenUp.formIntersection(claims.lazy.map(\.folder).filter { kept[$0] == nil }) }
        ledger.look(sightings)
        let groups = Set(sightings.map(\.group)).union(ledger.groups)
        return Dictionary(
            uniqueKeysWithValues: groups.map { group in
                let own = gauges[group] ?? []
                return (
                    group,
                    ControlGroupSum(
                        number: own.count, counts: ledger[group] ?? ControlGroupCounts(), gauges: ceilings.sum(of: own),
                        began: began(group))
                )
            })
    }

    /// Where there is no room for all, those first that are watched already: who comes later takes the place of none.
    private func inTurn<Number>(_ all: [(Claim, Number)]) -> [(Claim, Number)] {
        guard all.count > most else { return all }
        return all.filter { watched[$0.0.folder] != nil } + all.filter { watched[$0.0.folder] == nil }
    }

    /// One of them with what it says, `nil` where it cannot be read for once; `nil` of one that has gone.
    private func look(
        _ folder: ControlGroupTree.Folder, _ keepsOpen: Bool, isTurn: Bool
    ) -> (ControlGroup, ControlGroupReading?)? {
        let former = watched[folder]
        guard
            var control = former
                ?? (try? ControlGroup(folder, root: tree.root, isWhole: isWhole, keepsOpen: keepsOpen))
        else { return nil }
        if isTurn, former != nil { control.refresh() }
        do throws(LinuxError) {
            // It changes as it is read.
            let reading = try control.read()
            return (control, reading)
        } catch { return error.isAbsence ? nil : (control, nil) }
    }
}
