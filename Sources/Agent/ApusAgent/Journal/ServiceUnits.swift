import ApusMetrics
import ApusJournal
import AgentMetrics
import Synchronization

/// The systemd units of the reporting processes.
final class ServiceUnits: FamilySource {
    private let table: InstanceTable
    private let known = Mutex<[InstanceIdentity: (process: Instance.ProcessIdentity, unit: String?)]>([:])

    init(table: InstanceTable) { self.table = table }

    /// The unit of an instance's living process; `nil` where it runs in none.
    ///
    /// Asked of the kernel once a process: systemd moves no process of a service to another unit.
    func unit(of instance: Instance) -> String? {
        guard let process = instance.processIdentity else { return nil }
        if let known = known.withLock({ $0[instance.key] }), known.process == process { return known.unit }
        let unit = ProcessUnitName.system(of: process.pid)
        known.withLock { $0[instance.key] = (process, unit) }
        return unit
    }

    func write(to encoder: inout ExpositionEncoder) {
        let instances = table.instances
        forget(allBut: instances)
        let family = ServiceUnit.unit.family
        var isOpen = false
        for instance in instances {
            guard let unit = unit(of: instance) else { continue }
            if !isOpen { encoder.begin(family) }
            isOpen = true
            let labels = LabelBytes.render(instance.key.labels + JournalUnitLabels(unit: unit).pairs)
            encoder.point(Point(labels: labels, value: .info), of: family)
        }
    }

    private func forget(allBut instances: [Instance]) {
        known.withLock { known in
            guard known.count > instances.count else { return }
            let keys = Set(instances.map(\.key))
            known = known.filter { keys.contains($0.key) }
        }
    }
}
