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
        fileprivate(set) var stalls: [PressureResource: Stalls] = [:]
    }

    /// Seconds in which some, and in which all, of the processes that had work waited.
    struct Stalls: Sendable {
        let some: Double
        /// `nil` of CPU before Linux 5.13.
        let full: Double?
    }

    static let rows: [Row<Reading>] =
        PressureResource.allCases.map { resource in
            Row(ServicePressure.waiting, PressureLabels(resource: resource)) { $0.stalls[resource]?.some }
        }
        + PressureResource.allCases.map { resource in
            Row(ServicePressure.stalled, PressureLabels(resource: resource)) { $0.stalls[resource]?.full }
        }

    private let root: KernelRoot
    /// The process's /proc/PID/cgroup.
    private let groups: ProcFile
    /// The folder of its group.
    private var folder = ""
    private var files: [(resource: PressureResource, file: ProcFile)] = []

    init?(_ subject: InstanceSubject) throws(LinuxError) {
        guard let process = subject.process else { return nil }
        root = process.root
        groups = try ProcFile("\(process.folder)/cgroup")
        guard let folder = try ControlGroups(groups).unifiedFolder(root) else { return nil }
        try open(folder)
    }

    private mutating func open(_ folder: String) throws(LinuxError) {
        self.folder = folder
        files = []
        for resource in PressureResource.allCases {
            do throws(LinuxError) {
                let file = try ProcFile("\(folder)/\(resource.rawValue).pressure")
                _ = try Self.stalls(file)
                files.append((resource, file))
            } catch {
                // Without pressure information the file is not there, or is there and refuses to be read, or says nothing.
                guard error.isAbsence || error.code == nil else { throw error }
            }
        }
        if files.isEmpty { throw .open(path: "\(folder)/cpu.pressure", code: ENOENT) }
    }

    mutating func read(at now: Moment) throws(LinuxError) -> Reading {
        // A process can be moved to another group, of which the old one's figures say nothing.
        guard let folder = try ControlGroups(groups).unifiedFolder(root) else {
            throw .open(path: "\(self.folder)/cpu.pressure", code: ENOENT)
        }
        if folder != self.folder { try open(folder) }
        var reading = Reading()
        for (resource, file) in files { reading.stalls[resource] = try Self.stalls(file) }
        return reading
    }

    /// Reads the lines `some avg10=… total=MICROSECONDS` and `full …`.
    private static func stalls(_ file: ProcFile) throws(LinuxError) -> Stalls {
        try file.read { bytes in
            var seconds: [Substring: Double] = [:]
            for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
                let fields = line.split(separator: " ")
                guard let kind = fields.first, let total = fields.last, total.hasPrefix("total="),
                    let microseconds = UInt64(total.dropFirst("total=".count))
                else { return nil }
                seconds[kind] = Double(microseconds) / 1e6
            }
            return seconds["some"].map { Stalls(some: $0, full: seconds["full"]) }
        }
    }
}
