import AgentMetrics
import ApusLinux
import ApusMetrics

/// How long threads of the machine have waited for a resource: /proc/pressure (https://docs.kernel.org/accounting/psi.html).
///
/// A kernel without pressure information, or one that was told `psi=0`, has no series.
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

    private let files: [(resource: PressureResource, file: ProcFile)]

    init?(_ subject: HostSubject) throws(LinuxError) {
        var files: [(resource: PressureResource, file: ProcFile)] = []
        for resource in PressureResource.allCases {
            files.append((resource, try ProcFile("\(subject.root.proc)/pressure/\(resource.rawValue)")))
        }
        self.files = files
    }

    func read(at now: Moment) throws(LinuxError) -> PressureSource.Reading {
        var stalls: [PressureResource: Stalls] = [:]
        for (resource, file) in files { stalls[resource] = try PressureSource.stalls(file) }
        return PressureSource.Reading(stalls: stalls)
    }
}
