import AgentMetrics
import ApusLinux
import ApusMetrics
import Glibc

/// How long the processes of an instance's control group have waited for CPU, memory and IO: the group's cpu.pressure,
/// memory.pressure and io.pressure (https://docs.kernel.org/accounting/psi.html).
///
/// A kernel without pressure information, a group of version 1, the root of all groups and a file that is missing have no series.
struct PressureSource: Source {
    static let name = "pressure"
    static let cadence = Cadence.scrape

    /// What the kernel has counted of each resource.
    struct Reading: Sendable {
        let stalls: [PressureResource: Stalls]
        /// Whether every file that is there could be read.
        var isWhole = true
        /// Why one of them could not, where it is the machine's.
        var fault: LinuxError?
        /// When the counts began, in seconds since the Unix epoch; `nil` where nobody says.
        var began: Double?
    }

    static let rows: [Row<Reading>] =
        PressureResource.allCases.map { resource in
            Row(ServicePressure.waiting, PressureLabels(resource: resource)) {
                $0.stalls[resource].map { Double($0.some) / 1e6 }
            }
        }
        + PressureResource.allCases.map { resource in
            Row(ServicePressure.stalled, PressureLabels(resource: resource)) {
                $0.stalls[resource]?.full.map { Double($0) / 1e6 }
            }
        }

    private let process: WatchedProcess
    /// The folder of its group.
    private var folder = ""
    private var files: [(resource: PressureResource, file: ProcFile)] = []
    /// The resources whose files are there and could not be opened yet.
    private var unopened: [PressureResource] = []
    /// What was served last, and how far that is ahead of the counts of the group: counts go on when the process is moved.
    private var served: [PressureResource: Stalls] = [:]
    private var ahead: [PressureResource: Stalls] = [:]

    init?(_ subject: InstanceSubject) throws(LinuxError) {
        guard let process = try subject.watched() else { return nil }
        self.process = process
        guard let folder = try process.controlGroups().unifiedFolder else { return nil }
        try open(folder)
    }

    /// Opens the files of resources in a group. What could not be read of one is tried again at each reading.
    private mutating func open(_ folder: String, _ resources: [PressureResource] = PressureResource.allCases) throws(LinuxError)
    {
        var opened: [(resource: PressureResource, file: ProcFile)] = []
        var offsets: [PressureResource: Stalls] = [:]
        var failed: [PressureResource] = []
        var fault: LinuxError?
        for resource in resources {
            do throws(LinuxError) {
                let file = try ProcFile("\(folder)/\(resource.rawValue).pressure")
                // What others waited for in a new group before is not the process's.
                let stalls = try Self.stalls(file)
                offsets[resource] = served[resource]?.less(stalls)
                opened.append((resource, file))
            } catch {
                // Without pressure information the file is not there, or is there and refuses to be read, or says nothing.
                guard !error.isAbsence && error.code != nil else { continue }
                failed.append(resource)
                fault = fault ?? error
            }
        }
        let isNew = folder != self.folder
        if isNew, opened.isEmpty { throw fault ?? .open(path: "\(folder)/cpu.pressure", code: ENOENT) }
        files = isNew ? opened : files + opened
        ahead = isNew ? offsets : ahead.merging(offsets) { $1 }
        unopened = failed
        // The last, so that one that fails is opened anew at the next reading.
        self.folder = folder
    }

    mutating func read(at now: Moment) throws(LinuxError) -> Reading {
        // A process can be moved to another group, of which the old one's files say nothing.
        guard let folder = try process.controlGroups().unifiedFolder else {
            throw .open(path: "\(self.folder)/cpu.pressure", code: ENOENT)
        }
        if folder != self.folder {
            try open(folder)
        } else if !unopened.isEmpty {
            try open(folder, unopened)
        }
        var serving: [PressureResource: Stalls] = [:]
        var fault: LinuxError?
        for (resource, file) in files {
            do throws(LinuxError) {
                let stalls = try Self.stalls(file)
                serving[resource] = ahead[resource].map { stalls.plus($0) } ?? stalls
            } catch { fault = fault ?? error }
        }
        // One that says nothing takes the series of no other.
        if serving.isEmpty, let fault { throw fault }
        served.merge(serving) { $1 }
        return Reading(stalls: serving, isWhole: fault == nil && unopened.isEmpty)
    }

    func isWell(_ reading: Reading) -> Bool { reading.isWhole }

    static func stalls(_ file: ProcFile) throws(LinuxError) -> Stalls { try file.read { Stalls($0) } }
}

extension Stalls {
    fileprivate func plus(_ other: Stalls) -> Stalls {
        Stalls(some: some &+ other.some, full: full.map { $0 &+ (other.full ?? 0) })
    }

    fileprivate func less(_ other: Stalls) -> Stalls {
        Stalls(some: some &- other.some, full: full.map { $0 &- (other.full ?? 0) })
    }
}
