import AgentMetrics
import ApusLinux
import ApusMetrics

/// How long threads of the machine have waited for a resource: /proc/pressure (https://docs.kernel.org/accounting/psi.html).
///
/// A kernel without pressure information, or one that was told `psi=0`, has no series, and a resource whose file cannot be read has none.
struct HostPressureSource: Source {
    static let name = "host-pressure"
    static let cadence = Cadence.scrape

    static let rows: [Row<PressureSource.Reading>] =
        PressureResource.allCases.map { resource in
            Row(Host.waiting, PressureLabels(resource: resource)) {
                $0.stalls[resource].map { Double($0.some) / 1e6 }
            }
        }
        // Somebody runs while somebody waits for a processor: the kernel says 0 there for those who look for a line.
        + [PressureResource.memory, .io].map { resource in
            Row(Host.stalled, PressureLabels(resource: resource)) {
                $0.stalls[resource]?.full.map { Double($0) / 1e6 }
            }
        }

    static func start(in reading: PressureSource.Reading) -> Double? { reading.began }

    private let root: KernelRoot
    private let files: [(resource: PressureResource, file: ProcFile)]
    /// Why the file of a resource could not be opened.
    private let missing: LinuxError?
    /// When the machine booted, in seconds since the Unix epoch by the clock as it was set then.
    private var booted: Double?

    init?(_ subject: HostSubject) throws(LinuxError) {
        root = subject.root
        var files: [(resource: PressureResource, file: ProcFile)] = []
        var fault: LinuxError?
        for resource in PressureResource.allCases {
            do throws(LinuxError) {
                files.append((resource, try root.machineFile("pressure/\(resource.rawValue)")))
            } catch { fault = fault ?? error }
        }
        if files.isEmpty, let fault { throw fault }
        self.files = files
        missing = fault
    }

    mutating func read(at now: Moment) throws(LinuxError) -> PressureSource.Reading {
        var stalls: [PressureResource: Stalls] = [:]
        var fault: LinuxError?
        for (resource, file) in files {
            do throws(LinuxError) { stalls[resource] = try PressureSource.stalls(file) } catch { fault = fault ?? error }
        }
        // One that says nothing takes the series of no other.
        if stalls.isEmpty, let fault { throw fault }
        return PressureSource.Reading(
            stalls: stalls, isWhole: missing == nil && fault == nil, fault: fault ?? missing, began: bootTime(at: now))
    }

    func isWell(_ reading: PressureSource.Reading) -> Bool { reading.isWhole }
    func fault(in reading: PressureSource.Reading) -> LinuxError? { reading.fault }

    /// Read again when the clock has been set, as it takes as long as all else here.
    private mutating func bootTime(at now: Moment) -> Double? {
        let expected = now.realtime - Double(now.sinceBoot) / 1e9
        if booted.map({ abs($0 - expected) > KernelRoot.clockStep }) ?? true { booted = root.bootTime() }
        return booted
    }
}
