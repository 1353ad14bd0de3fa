import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology
import ExporterCatalog

/// A host by its resources: how much of each is used, who waits for it, and what fails (USE).
struct HostsDashboard {
    let fleet: Fleet

    private typealias CPU = NodeExporter.CPU
    private typealias Memory = NodeExporter.Memory
    private typealias Pressure = NodeExporter.Pressure

    var dashboard: Dashboard {
        fleet.dashboard(
            .hosts, title: "Hosts and pressure",
            description: "The hosts of the \(fleet.name) fleet, as node_exporter sees them.",
            variables: [DashboardVariable(.instance, of: NodeExporter.Load.oneMinute, name: "host", isMultiple: false)]
        ) {
            PanelRow(height: 4) { [uptime, busy, memoryUse, failedUnits] }
            PanelRow("Pressure") { [cpuPressure, memoryPressure, ioPressure] }
            PanelRow("CPU") { [cpu, load, switches] }
            PanelRow("Memory") { [memory, swap, faults] }
            HostDevices(fleet: fleet).rows
        }
    }

    // MARK: - Single values

    private var uptime: Panel {
        Panel("Uptime", description: "Time since the host was started.", kind: .stat(of: .last, graph: .none), unit: .duration)
        {
            PanelQuery(QueryScalar.time - NodeExporter.Clock.bootTime.series.value, legend: "\(.instance)")
        }
    }

    private var idle: InstantVector<SeriesKey<NodeExporter.CPUModeLabels.Key>> {
        CPU.seconds.series.matching(.label(.mode), "idle").rate(over: .rateInterval)
    }

    private var busy: Panel {
        Panel("CPU in use", description: "Share of time in which CPUs are not idle.", kind: .stat, unit: .ratio) {
            PanelQuery(1 - idle.avg(by: .instance), legend: "\(.instance)")
        }.range(from: 0, to: 1)
    }

    private var memoryUse: Panel {
        let available = Memory.available.series.value / (Memory.total.series.value > 0)
        return Panel("Memory in use", description: "Memory that cannot be had without swapping.", kind: .stat, unit: .ratio) {
            PanelQuery(1 - available, legend: "\(.instance)")
        }.range(from: 0, to: 1)
    }

    private var failedUnits: Panel {
        Panel("Failed units", description: "Units of systemd in state failed.", kind: .stat, unit: .count) {
            PanelQuery(
                NodeExporter.Systemd.unitState.series.matching(.label(.state), "failed").value.sum(by: .instance),
                legend: "\(.instance)")
        }.thresholds(.most(1)).linked(to: .journal, "Journal and units", of: fleet)
    }

    // MARK: - Pressure

    private var cpuPressure: Panel {
        Panel("CPU pressure", description: "Share of time in which some task waited for a CPU.", unit: .ratio) {
            PanelQuery(Pressure.cpuWaiting.series.rate(over: .rateInterval), legend: "some waited")
        }
    }

    private var memoryPressure: Panel {
        Panel(
            "Memory pressure", description: "Share of time in which some task waited for memory, and in which all did.",
            unit: .ratio
        ) {
            PanelQuery(Pressure.memoryWaiting.series.rate(over: .rateInterval), legend: "some waited")
            PanelQuery(Pressure.memoryStalled.series.rate(over: .rateInterval), legend: "all waited")
        }.thresholds(.limit(of: HostAlerts(fleet: fleet).memoryPressure))
    }

    private var ioPressure: Panel {
        Panel(
            "IO pressure", description: "Share of time in which some task waited for a disk, and in which all did.",
            unit: .ratio
        ) {
            PanelQuery(Pressure.ioWaiting.series.rate(over: .rateInterval), legend: "some waited")
            PanelQuery(Pressure.ioStalled.series.rate(over: .rateInterval), legend: "all waited")
        }
    }

    // MARK: - CPU

    private var cpu: Panel {
        Panel(
            "CPU by mode", description: "Share of the CPUs' time in each mode, idle aside, stacked up to all that is used.",
            kind: .stackedLines, unit: .ratio
        ) {
            PanelQuery(
                CPU.seconds.series.matching(.label(.mode), .differs, "idle").rate(over: .rateInterval)
                    .avg(by: .instance, .label(.mode)), legend: "\(.label(.mode))")
        }.range(from: 0, to: 1)
    }

    private var load: Panel {
        Panel(
            "Load", description: "Tasks that run or wait for a CPU or a disk, averaged, beside the number of CPUs.", unit: .none
        ) {
            PanelQuery(NodeExporter.Load.oneMinute.series.value, legend: "1 minute")
            PanelQuery(NodeExporter.Load.fiveMinutes.series.value, legend: "5 minutes")
            PanelQuery(NodeExporter.Load.fifteenMinutes.series.value, legend: "15 minutes")
            PanelQuery(idle.count(by: .instance), legend: "CPUs")
        }.overrides(.limitLine("CPUs"))
    }

    private var switches: Panel {
        Panel("Switches and interrupts", description: "Context switches and interrupts per second.", unit: .operationsPerSecond)
        {
            PanelQuery(CPU.contextSwitches.series.rate(over: .rateInterval), legend: "switches")
            PanelQuery(CPU.interrupts.series.rate(over: .rateInterval), legend: "interrupts")
        }
    }

    // MARK: - Memory

    private var memory: Panel {
        Panel(
            "Memory by use", description: "Memory of processes, of the page cache and the kernel, and what there is.",
            unit: .bytes
        ) {
            PanelQuery(Memory.anonymous.series.value, legend: "processes")
            PanelQuery(Memory.cached.series.value, legend: "page cache")
            PanelQuery(Memory.slab.series.value, legend: "kernel")
            PanelQuery(Memory.available.series.value, legend: "available")
            PanelQuery(Memory.total.series.value, legend: "all")
        }.overrides(.limitLine("all"), .named("available", .dashed, .fillOpacity(0)))
    }

    private var swap: Panel {
        Panel("Swap", description: "Swap space in use, and pages per second that go out to it and come back.", unit: .bytes) {
            PanelQuery(Memory.swapTotal.series.value - Memory.swapFree.series.value, legend: "in use")
            PanelQuery(Memory.swappedIn.series.rate(over: .rateInterval), legend: "pages in")
            PanelQuery(Memory.swappedOut.series.rate(over: .rateInterval), legend: "pages out")
        }.overrides(.matching("pages.*", .rightAxis, .unit(.perSecond)))
    }

    private var faults: Panel {
        Panel(
            "Major faults and kills",
            description: "Page faults per second that read from a disk, and kills for want of memory.",
            unit: .perSecond
        ) {
            PanelQuery(Memory.majorFaults.series.rate(over: .rateInterval), legend: "major faults")
            PanelQuery(Memory.oomKills.series.increase(over: .rateInterval), legend: "kills")
        }.overrides(.named("kills", .rightAxis, .unit(.count), .color(.red)))
    }
}
