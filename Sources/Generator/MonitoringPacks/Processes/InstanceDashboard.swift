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
            PanelRow(height: 4) { [state, uptime, starts] + (fleet.reportsBySegment ? [heartbeat] : []) }
            PanelRow("CPU and memory") { [cpu, memory] }
            if !fleet.heapServices.isEmpty { PanelRow { [heap, heapGrowth] } }
            if fleet.reportsBySegment {
                PanelRow("Executors") { [schedulingLag, hung] }
            } else if fleet.records(.eventLoopLag) {
                PanelRow("Executors") { schedulingLag }
            }
            PanelRow("Threads and descriptors") {
                threads
                files
                fileShare
                if fleet.countsConnections { connections }
            }
            if !fleet.groupedServices.isEmpty { PanelRow("Processes of a group") { [processes, births, storage] } }
            if !fleet.controlledServices.isEmpty { PanelRow("Control group") { InstanceSections(fleet: fleet).controlGroup } }
            if fleet.agents.socketBudget != nil { PanelRow("Sockets") { InstanceSections(fleet: fleet).sockets } }
            if !fleet.pagedServices.isEmpty { PanelRow("Page of metrics") { InstanceSections(fleet: fleet).page } }
            if fleet.reportsBySegment { PanelRow("Reporting") { [series, droppedSeries, age] } }
            if fleet.reportsOverHTTP { PanelRow("Reporting over HTTP") { [reports, reportAge] } }
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
            description: "How often the service started within \(DurationText.string(InstanceAlerts.restartWindow)), "
                + "and the most that is usual.",
            kind: .stat, unit: .count
        ) {
            PanelQuery(InstanceAlerts(fleet: fleet).starts, legend: "\(.instance)")
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
            if fleet.reportsBySegment {
                PanelQuery(
                    ServiceProcess.childrenCPU.series.rate(over: .rateInterval).sum(by: .label(.mode)) * 100,
                    legend: "children, \(.label(.mode))")
            }
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

    /// Services that have the same limit, in order of declaration; not those that others start and of which the fleet knows none.
    private var memoryLimits: [(limit: Double, services: [String])] {
        var limits: [(limit: Double, services: [String])] = []
        for service in fleet.services where service.isStarted || service.limits.memory != nil {
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
        Panel("Heap", description: "What malloc or the runtime has handed out, beside what is resident.", unit: .bytes) {
            PanelQuery(ServiceProcess.heap.series.value, legend: "heap")
            PanelQuery(ServiceProcess.residentMemory.series.value, legend: "resident")
        }.overrides(.named("resident", .dashed, .fillOpacity(0)))
    }

    private var heapGrowth: Panel {
        Panel(
            "Growth of the heap",
            description: "Growth of its lows within an hour, and the most that is usual.",
            unit: .bytes
        ) {
            PanelQuery(ResourceAlerts.heapGrowth(in: fleet), legend: "within an hour")
        }.range(from: nil, to: nil).thresholds(.limit(of: ResourceAlerts(fleet: fleet).heapGrowth))
    }

    // MARK: - Executors

    private var schedulingLag: Panel {
        let panel = Panel(
            "Scheduling lag",
            description: "How late each executor runs what it is given: the last probe, and the worst of a minute.",
            unit: .seconds
        ) {
            PanelQuery(Scheduling.lag.series.value, legend: "\(.label(.executor))")
            if fleet.reportsBySegment { PanelQuery(Scheduling.longestLag.series.value, legend: "\(.label(.executor)), worst") }
        }
        return fleet.records(.eventLoopLag) ? panel.thresholds(.limit(of: ResourceAlerts(fleet: fleet).eventLoopLag)) : panel
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
            PanelQuery(ResourceAlerts.descriptorShare(in: fleet), legend: "open")
        }.range(from: 0, to: 1).thresholds(.limit(of: ResourceAlerts(fleet: fleet).fewDescriptors))
    }

    private var connections: Panel {
        Panel("Database connections", description: "Open database connections of the process.", unit: .count) {
            PanelQuery(FleetQueries.openConnections, legend: "open")
        }.linked(to: .database, "Database and pool", of: fleet)
    }

    // MARK: - Groups

    private var processes: Panel {
        Panel("Processes", description: "Processes of the instance by their state.", kind: .stackedLines, unit: .count) {
            PanelQuery(ServiceProcesses.processes.series.value.sum(by: .label(.state)), legend: "\(.label(.state))")
        }
    }

    private var births: Panel {
        Panel("Births and deaths", description: "Processes per second that began and ended.", unit: .perSecond) {
            PanelQuery(ServiceProcesses.started.series.rate(over: .rateInterval), legend: "started")
            PanelQuery(ServiceProcesses.ended.series.rate(over: .rateInterval), legend: "ended")
        }
    }

    private var storage: Panel {
        Panel(
            "Storage", description: "Bytes per second from and to storage, where the agent may know them.",
            unit: .bytesPerSecond
        ) {
            PanelQuery(
                ServiceProcesses.storage.series.rate(over: .rateInterval).sum(by: .label(.direction)),
                legend: "\(.label(.direction))")
        }
    }

    // MARK: - Reporting

    private var reports: Panel {
        Panel("Reports", description: "Reports per second that the instance has sent over HTTP.", unit: .perSecond) {
            PanelQuery(ServiceState.reports.series.rate(over: .rateInterval), legend: "reports")
        }
    }

    private var reportAge: Panel {
        Panel(
            "Age of the last report", description: "Time since the last report over HTTP, and the most that is usual.",
            unit: .seconds
        ) {
            PanelQuery(ServiceState.reportAge.series.value, legend: "age")
        }.thresholds(.limit(of: InstanceAlerts(fleet: fleet).reportsCease))
    }

    private var series: Panel {
        Panel(
            "Series",
            description: "Series that the process has registered, those that the agent could not read, and those past a limit.",
            unit: .count
        ) {
            PanelQuery(ServiceState.series.series.value, legend: "registered")
            PanelQuery(ServiceState.unreadSeries.series.value, legend: "unread")
            PanelQuery(ServiceState.clippedSeries.series.value, legend: "past the limit: \(.label(.reason))")
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
