import ApusLimits
import ApusLinux

/// One process of a group as a look found it.
struct MemberSight {
    let counted: ProcessStat
    /// `nil` of a zombie.
    let living: ProcessStat?
    let io: ProcessIO?
    let openFiles: UInt64?
    let filesLimit: UInt64?
    let pageSize: UInt64
}

/// One process of a group, looked at from outside for as long as it lives.
struct GroupMember {
    let process: WatchedProcess
    let group: Int
    /// Whether all that it has used counts.
    let countsWhole: Bool
    /// Whether it belongs to the group because the process does that started it.
    let isDescendant: Bool
    let name: ProcessName
    /// Whether it was there at a turn of the sampling loop already, so that it has become what it is to be.
    var isSettled = false
    /// Its soft limit of descriptors at the last turn of the sampling loop.
    private var filesLimit: UInt64?
    /// What it has read and written; `nil` where that may not be known.
    private let io: ProcFile?
    /// Its open descriptors at the last turn, where they have to be counted one by one.
    private var countedFiles: UInt64?

    init(_ process: WatchedProcess, group: Int, countsWhole: Bool, isDescendant: Bool, name: ProcessName) {
        self.process = process
        self.group = group
        self.countsWhole = countsWhole
        self.isDescendant = isDescendant
        self.name = name
        io = try? process.file("io")
    }

    /// - Parameter isTurn: whether what changes seldom, or takes its time, is read as well.
    /// - Throws: ``LinuxError``; ``LinuxError/isProcessGone`` once nothing is left of it.
    mutating func look(isTurn: Bool) throws(LinuxError) -> MemberSight {
        let (counted, living) = try process.observe()
        guard let living else {
            return MemberSight(
                counted: counted, living: nil, io: nil, openFiles: nil, filesLimit: nil, pageSize: process.root.pageSize)
        }
        if isTurn {
            filesLimit =
                (try? process.file("limits")).flatMap { try? $0.read { .some(ProcessDescriptors.softLimit($0)) } } ?? nil
            countedFiles = nil
        }
        return MemberSight(
            counted: counted, living: living, io: io.flatMap { try? ProcessIO($0) }, openFiles: openFiles(counted),
            filesLimit: filesLimit, pageSize: process.root.pageSize)
    }

    private mutating func openFiles(_ counted: ProcessStat) -> UInt64? {
        if let countedFiles { return countedFiles }
        let limit = SamplingLimits.descriptors.value
        let files =
            counted.hasEnded
            ? try? ProcessDescriptors.count(of: process, countingAtMost: limit)
            : try? ProcessDescriptors.count(of: process, in: process.folder, countingAtMost: limit)
        if let files, files.isCounted { countedFiles = files.number }
        return files?.number
    }
}
