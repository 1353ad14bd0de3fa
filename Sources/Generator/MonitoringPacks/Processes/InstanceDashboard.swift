import AgentMetrics
import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusText
import ApusTopology

/// One process: what it takes from its host, whether it is prompt, and what it reports.
struct InstanceDashboard {
    let fleet: Fleet

    var dashboard: Dashboard {
        fleet.dashboard(
            .instance, title: "Instance", description: "One process of the \(fleet.name) fleet.",
            variables: [.job, .service, DashboardVariable(.instance, of: ServiceState.up, isMultiple: false)]
        ) {
            PanelRow(height: 4) { [state, uptime, starts, heartbeat] }
            PanelRow("CPU and memory") { [cpu, memory] }
            PanelRow { [heap, heapGrowth] }
            PanelRow("Executors") { [schedulingLag, hung] }
            PanelRow("Threads and descriptors") {
                threads
                files
                fileShare
                if fleet.records(.pool) { connections }
            }
            PanelRow("Reporting") { [series, droppedSeries, age] }
        }
    }

    // MARK: - Life

    private var state: Panel {
        Panel(
            "State", description: "Whether the process lives and reports.", kind: .stat(of: .last, graph: .none), unit: .none
        ) {
            PanelQuery(ServiceState.up.series.value, legend: "\(.instance)")
        }.saying("up", or: "down")
    }

    private var uptime: Panel {
        Panel("Uptime", description: "Time since the process started.", kind: .stat, unit: .duration) {
            PanelQuery(Contract.uptime.series.value, legend: "\(.instance)")
        }
    }

    private var starts: Panel {
        Panel(
            "Starts",
            description: "How often the process started within \(DurationText.string(InstanceAlerts.restartWindow)), "
                + "and the most that is usual.",
            kind: .stat, unit: .count
        ) {
            PanelQuery(InstanceAlerts.starts, legend: "\(.instance)")
        }.thresholds(.limit(of: InstanceAlerts(fleet: fleet).tooManyRestarts))
    }

    private var heartbeat: Panel {
        Panel(
            "Last sign of life", description: "Time since the reporter inside the process last gave a sign of life.",
            kind: .stat, unit: .seconds
        ) {
            PanelQuery(ServiceState.heartbeatAge.series.value, legend: "\(.instance)")
        }
    }

    // MARK: - CPU and memory

    private var cpu: Panel {
        Panel(
            "CPU by mode", description: "CPU of the process in user and kernel mode, in percent of one core.",
            kind: .stackedLines, unit: .percent
        ) {
            PanelQuery(
                ServiceProcess.cpu.series.rate(over: .rateInterval).sum(by: .label(.mode)) * 100, legend: "\(.label(.mode))")
            PanelQuery(
                ServiceProcess.childrenCPU.series.rate(over: .rateInterval).sum(by: .label(.mode)) * 100,
                legend: "children, \(.label(.mode))")
        }.thresholds(.limit(of: ResourceAlerts(fleet: fleet).highCPU))
    }

    private var memory: Panel {
        Panel(
            "Memory", description: "Resident memory, its largest value between samples, and where the kernel ends the process.",
            unit: .bytes
        ) {
            PanelQuery(ServiceProcess.residentMemory.series.value, legend: "resident")
            PanelQuery(ServiceProcess.peakResidentMemory.series.value, legend: "peak")
            for (limit, services) in memoryLimits {
                PanelQuery(
                    ServiceProcess.residentMemory.series.matching(.service, .matches, services.joined(separator: "|")).value
                        .max(by: .instance) * 0 + limit, legend: "limit")
            }
        }.thresholds(.limit(of: ResourceAlerts(fleet: fleet).highMemory)).overrides(.limitLine("limit"))
    }

    /// Services that have the same limit, in order of declaration.
    private var memoryLimits: [(limit: Double, services: [String])] {
        var limits: [(limit: Double, services: [String])] = []
        for service in fleet.services {
            let limit = Double(fleet.memoryLimit(service.limits).bytes)
            if let index = limits.firstIndex(where: { $0.limit == limit }) {
                limits[index].services.append(service.name)
            } else {
                limits.append((limit, [service.name]))
            }
        }
        return limits
    }

    private var heap: Panel {
        Panel("Heap", description: "What malloc has handed out, beside what is resident.", unit: .bytes) {
            PanelQuery(ServiceProcess.heap.series.value, legend: "heap")
            PanelQuery(ServiceProcess.residentMemory.series.value, legend: "resident")
        }.overrides(.named("resident", .dashed, .fillOpacity(0)))
    }

    private var heapGrowth: Panel {
        Panel(
            "Growth of the heap",
            description: "Growth within an hour, by a line through the last hour, and the most that is usual.",
            unit: .bytes
        ) {
            PanelQuery(ResourceAlerts.heapGrowthInAnHour, legend: "within an hour")
        }.range(from: nil, to: nil).thresholds(.limit(of: ResourceAlerts(fleet: fleet).heapGrowth))
    }

    // MARK: - Executors

    private var schedulingLag: Panel {
        Panel(
            "Scheduling lag",
            description: "How late each executor runs what it is given: the last probe, and the worst of a minute.",
            unit: .seconds
        ) {
            PanelQuery(Scheduling.lag.series.value, legend: "\(.label(.executor))")
            PanelQuery(Scheduling.longestLag.series.value, legend: "\(.label(.executor)), worst")
        }
    }

    private var hung: Panel {
        Panel(
            "Responsiveness", description: "Whether the process gives signs of life and each executor runs what it is given.",
            kind: .stateTimeline, unit: .none
        ) {
            PanelQuery(ServiceState.hung.series.value, legend: "\(.instance)")
        }.mappings(.value(0, "responsive", .green), .value(1, "hung", .red))
    }

    // MARK: - Threads and descriptors

    private var threads: Panel {
        Panel("Threads", description: "Threads of the process.", unit: .count) {
            PanelQuery(ServiceProcess.threads.series.value, legend: "threads")
        }
    }

    private var files: Panel {
        Panel("File descriptors", description: "Open descriptors: files, connections, pipes.", unit: .count) {
            PanelQuery(ServiceProcess.openFiles.series.value, legend: "open")
        }
    }

    private var fileShare: Panel {
        Panel(
            "Share of descriptors", description: "Open descriptors among those that the process may open.", unit: .ratio
        ) {
            PanelQuery(ResourceAlerts.descriptorShare, legend: "open")
        }.range(from: 0, to: 1).thresholds(.limit(of: ResourceAlerts(fleet: fleet).fewDescriptors))
    }

    private var connections: Panel {
        Panel("Database connections", description: "Open database connections of the process.", unit: .count) {
            PanelQuery(FleetQueries.openConnections, legend: "open")
        }.linked(to: .database, "Database and pool", of: fleet)
    }

    // MARK: - Reporting

    private var series: Panel {
        Panel(
            "Series", description: "Series that the process has registered, and those that the agent could not read.",
            unit: .count
        ) {
            PanelQuery(ServiceState.series.series.value, legend: "registered")
            PanelQuery(ServiceState.unreadSeries.series.value, legend: "unread")
        }
    }

    private var droppedSeries: Panel {
        Panel(
            "Dropped series", description: "Series per second that the process asked for past its limit, by family.",
            unit: .perSecond
        ) {
            PanelQuery(
                ServiceState.droppedFamilySeries.series.rate(over: .rateInterval).sum(by: .label(.family)),
                legend: "\(.label(.family))")
            PanelQuery(ServiceState.droppedSeries.series.rate(over: .rateInterval).sum(), legend: "all")
        }
    }

    private var age: Panel {
        Panel(
            "Age of the last sign of life", description: "Time since the reporter inside the process last gave a sign of life.",
            unit: .seconds
        ) {
            PanelQuery(ServiceState.heartbeatAge.series.value, legend: "\(.instance)")
        }
    }
}
