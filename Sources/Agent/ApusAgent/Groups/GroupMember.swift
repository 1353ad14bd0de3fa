import ApusLimits
import ApusLinux
import Glibc

/// One process of a group as a look found it.
struct MemberSight {
    let counted: ProcessStat
    /// `nil` of a zombie.
    let living: ProcessStat?
    let io: ProcessIO?
    /// Whether what it has read and written cannot be known.
    let hidesStorage: Bool
    let openFiles: UInt64?
    let filesLimit: UInt64?
    let pageSize: UInt64
    let residentPages: UInt64
    /// The memory of the process at the last turn of the sampling loop.
    var memory: ProcessMemory?

    /// Bytes.
    var residentBytes: UInt64 { UInt64(clamping: UInt128(residentPages) * UInt128(pageSize)) }
}

/// One process of a group, looked at from outside for as long as it lives.
final class GroupMember {
    /// Files of a process that are kept open at most.
    static let descriptors = 5

    private(set) var process: WatchedProcess
    let group: Int
    /// Whether all that it has used counts.
    let countsWhole: Bool
    /// Whether it belongs to the group because the process does that started it.
    let isDescendant: Bool
    let name: ProcessName
    /// What it was when it was asked at a turn of the sampling loop; `nil` before.
    var mark: ProcessMark?
    /// What it had done when that was looked at last.
    var work: UInt64
    /// Whether it was there at a turn of the sampling loop already, so that it has become what it is to be.
    var isSettled = false
    /// Whether it keeps whoever reads its arguments from it, so that its group is the one that it was.
    var isUnread = false
    /// Whether it acts as somebody who may keep others from reading it: neither root nor the agent's own user.
    private var isForeign = true
    /// How many looks have asked it in vain since it was asked: in the middle of exec(2), or without a descriptor. The next one does again.
    var putOff = 0
    /// Whether it was put off when the process that had started it left its group.
    var isLeft = false
    /// Its soft limit of descriptors at the last turn of the sampling loop.
    private var filesLimit: UInt64?
    /// Where its memory was at the last turn.
    private var memory: ProcessMemory?
    /// The parent from which on those above it are watched; `nil` before they are.
    var watchedParent: Int32?
    /// Whether there was no place to watch one of them.
    var isCutOff = false
    var proportional = ProportionalMemory()
    var sockets = ProcessSockets()
    /// As the last look found it; `nil` before the first.
    private(set) var sight: MemberSight?
    /// The pass over all members that has looked at it last.
    private(set) var lookedAtIn: UInt64 = 0
    /// Whether the last two looks at all of it found the same, so that it may have nothing to do.
    private var isQuiet = false
    /// How much it had run just before all of it was looked at last; `nil` where that is not known.
    private var runs: ProcessRuns?
    /// The file in which the kernel says how much it has run; `nil` before it is wanted.
    private var runsFile: ProcFile?
    /// Whether the kernel does not say how much it has run.
    private var lacksRuns = false
    /// Whether something of it could not be asked for at the last look, as there was no descriptor.
    private var isShort = false
    /// What it has read and written; `nil` where that may not be known.
    private var io: ProcFile?
    /// Whether what it has read and written is not known, though it was there to be asked.
    private(set) var hidesStorage = false
    /// Where the number of its descriptors is read; `nil` where the kernel has no such folder.
    private var descriptors: DescriptorFolder?
    /// Its open descriptors at the last turn, where they have to be counted one by one.
    private var countedFiles: UInt64?

    /// - Parameter former: the same process as it was before it was asked again.
    init(
        _ process: WatchedProcess, group: Int, countsWhole: Bool, isDescendant: Bool, name: ProcessName, mark: ProcessMark?,
        work: UInt64, former: GroupMember?
    ) {
        self.process = process
        self.group = group
        self.countsWhole = countsWhole
        self.isDescendant = isDescendant
        self.name = name
        self.mark = mark
        self.work = work
        isForeign = process.root.owner(of: process.pid).map { ![0, geteuid()].contains($0) } ?? true
        do throws(LinuxError) { io = try process.file("io") } catch {
            io = nil
            hidesStorage = !error.isShortage && !process.hasEnded
        }
        descriptors = (try? DescriptorFolder(of: process)) ?? nil
        isSettled = former.map { $0.isSettled && $0.name == name } ?? false
        guard let former else { return }
        (proportional, sockets) = (former.proportional, former.sockets)
        (watchedParent, isCutOff) = (former.watchedParent, former.isCutOff)
        (memory, filesLimit, countedFiles) = (former.memory, former.filesLimit, former.countedFiles)
    }

    /// Keeps its files open from now on, or its folder alone, where that can be had.
    func keepFilesOpen(_ keepsOpen: Bool) {
        do throws(LinuxError) {
            let process = try process.keepingFilesOpen(keepsOpen)
            var io = io
            if io != nil {
                do throws(LinuxError) { io = try process.file("io") } catch {
                    if error.isShortage { throw error }
                    (io, hidesStorage) = (nil, true)
                }
            }
            let descriptors = try descriptors.map { _ throws(LinuxError) in try DescriptorFolder(of: process) } ?? nil
            (self.process, self.io, self.descriptors) = (process, io, descriptors)
            (runsFile, lacksRuns) = (nil, false)
        } catch {
            // Its end is seen at the next look; where there is no descriptor it stays as it is.
        }
    }

    /// Looks at it anew; one that has not run since all of it was looked at stays as it is.
    ///
    /// - Parameters:
    ///   - isTurn: whether all is read, with what changes seldom, or takes its time.
    ///   - mayRest: whether it is as it was if it has not run: no other process may have changed its parent meanwhile.
    ///   - pass: the number of the pass over all members that this look is of.
    /// - Throws: ``LinuxError``; ``LinuxError/isProcessGone`` once nothing is left of it.
    func look(isTurn: Bool, mayRest: Bool = false, in pass: UInt64 = 0) throws(LinuxError) {
        // Read before all else: what it does from then on is seen at the next look.
        let runs = mayRest && isQuiet && isIdle ? readRuns() : nil
        if runs == nil || runs != self.runs || isTurn {
            (self.runs, isShort) = (nil, false)
            try lookAtAll(isTurn: isTurn)
            if !isShort { self.runs = runs }
        }
        lookedAtIn = pass
    }

    /// Whether it lives, by the last look at it.
    var isLiving: Bool { sight?.living != nil }

    /// Whether it does nothing as long as its first thread does not run.
    private var isIdle: Bool {
        guard let living = sight?.living else { return false }
        return living.threads == 1 && living.state != UInt8(ascii: "R")
    }

    private func readRuns() -> ProcessRuns? {
        if runsFile == nil, !lacksRuns {
            do throws(LinuxError) { runsFile = try process.file("schedstat") } catch { lacksRuns = !error.isShortage }
        }
        guard let runsFile else { return nil }
        do throws(LinuxError) { return try ProcessRuns(runsFile) } catch {
            if case .format = error { (self.runsFile, lacksRuns) = (nil, true) }
            return nil
        }
    }

    private func lookAtAll(isTurn: Bool) throws(LinuxError) {
        let (counted, living) = try process.observe()
        guard let living else {
            sight = MemberSight(
                counted: counted, living: nil, io: nil, hidesStorage: hidesStorage, openFiles: nil, filesLimit: nil,
                pageSize: process.root.pageSize, residentPages: 0)
            return
        }
        if isTurn {
            isForeign = process.root.owner(of: process.pid).map { ![0, geteuid()].contains($0) } ?? true
            // There was no descriptor for it when it came.
            if io == nil, !hidesStorage { io = try? process.file("io") }
            filesLimit =
                (try? process.file("limits")).flatMap { try? $0.read { .some(ProcessDescriptors.softLimit($0)) } } ?? nil
            countedFiles = nil
            memory = (try? process.memory()) ?? nil
        }
        let storage = storage(counted)
        isQuiet = sight?.living == living
        // Where nothing else has changed its memory has not, or by what others take from it, which the next turn sees.
        let known = isTurn || !isQuiet ? nil : sight?.residentPages
        sight = MemberSight(
            counted: counted, living: living, io: storage, hidesStorage: hidesStorage, openFiles: openFiles(counted),
            filesLimit: filesLimit, pageSize: process.root.pageSize, residentPages: known ?? process.residentPages(living),
            memory: memory)
    }

    private func storage(_ counted: ProcessStat) -> ProcessIO? {
        guard let io else { return nil }
        do throws(LinuxError) {
            // In the middle of exec(2) it can keep others from this for as long as it waits for memory that others have with it.
            guard isForeign || counted.state == UInt8(ascii: "D") else { return try ProcessIO(io) }
            return try process.root.reads.read(of: process.pid, path: io.path, root: process.root) { _ in
                Result { () throws(LinuxError) in try ProcessIO(io) }
            }
        } catch {
            if error.isHeldUp {
                isShort = true
                return sight?.io
            }
            // Who takes on another user hides from then on.
            if error.isForbidden { hidesStorage = true }
            if error.isShortage { isShort = true }
            return nil
        }
    }

    private func openFiles(_ counted: ProcessStat) -> UInt64? {
        if let countedFiles { return countedFiles }
        do throws(LinuxError) {
            if !counted.hasEnded, let number = try descriptors?.count() { return number }
            let limit = SamplingLimits.descriptors.value
            let files =
                counted.hasEnded
                ? try ProcessDescriptors.count(of: process, countingAtMost: limit)
                : try ProcessDescriptors.count(of: process, in: process.folder, countingAtMost: limit)
            if files.isCounted { countedFiles = files.number }
            return files.number
        } catch {
            if error.isShortage { isShort = true }
            return nil
        }
    }

    /// What the ledger of its group is told of it.
    var sighting: GroupLedger.Sighting? {
        sight.map { sight in
            GroupLedger.Sighting(
                pid: process.pid, startTicks: sight.counted.startTicks, parent: sight.counted.parent, group: group,
                total: ProcessCounts(sight.counted, sight.io), inherited: ProcessCounts(inheritedBy: sight.counted),
                countsWhole: countsWhole)
        }
    }
}
