/// A service and the instances that run it.
public struct FleetService: FleetPart {
    /// The value of the label `service`.
    public let name: String
    public let role: ServiceRole
    /// What runs the processes of the service.
    public let runtime: ServiceRuntime
    /// How the service tells an agent of itself.
    public let reports: ServiceReporting
    /// The page of metrics that each instance serves itself; nil where it serves none.
    public let page: MetricsPage?
    /// How the processes of the service are found; nil where the fleet starts them.
    public let found: FoundProcesses?
    /// The instances of the service, in order of declaration.
    public let instances: [Instance]
    /// The most that each instance may take from its host.
    public let limits: ResourceLimits
    /// The metrics that the instances record, besides what the agent sees from outside.
    public let records: Set<RecordedMetrics>
    public let health: HealthPaths
    private let anyProgram: AnyServiceProgram
    /// Between how many replicas the service is scaled; nil when the number of instances stays as it is declared.
    public let scaling: Scaling?
    public let place: SourcePlace

    /// Declares a service whose processes the fleet starts.
    ///
    /// - Parameters:
    ///   - reports: how it tells an agent of itself; nil for a segment of a service in Swift, and for nothing of others and of those with
    ///     a page.
    ///   - page: the page of metrics that each instance serves itself.
    ///   - program: how its processes are started; nil for an executable of the service's name with the options `--instance`, `--host`,
    ///     `--port` and `--agent-socket`.
    ///   - records: what its instances record; nil for what a service of its role in Swift usually does, and for nothing of others and of
    ///     those with a page.
    public init(
        _ name: String, role: ServiceRole, runtime: ServiceRuntime = .swift, reports: ServiceReporting? = nil,
        page: MetricsPage? = nil, program: (any ServiceProgram)? = nil, limits: ResourceLimits = ResourceLimits(),
        records: Set<RecordedMetrics>? = nil,
        health: HealthPaths = HealthPaths(), scaling: Scaling? = nil, fileID: String = #fileID, line: Int = #line,
        @InstanceBuilder instances: () -> [Instance]
    ) {
        self.name = name
        self.role = role
        self.runtime = runtime
        self.reports = reports ?? (page == nil ? runtime.usualReporting : .nothing)
        self.page = page
        found = nil
        self.limits = limits
        anyProgram = AnyServiceProgram(program: program ?? ServiceCommand.Usual())
        self.records = records ?? (runtime == .swift && page == nil ? role.usuallyRecords : [])
        self.health = health
        self.scaling = scaling
        self.instances = instances()
        place = SourcePlace(fileID: fileID, line: line)
    }

    /// Declares a service whose processes something else starts: the agent of their host finds them.
    ///
    /// - Parameters:
    ///   - matches: which processes are its own; one of them must hold. None for a service of which a page is all that is seen.
    ///   - instanceTemplate: the name of every instance, with `${name}` for what `(?<name>…)` of a command captured, `${container}` for the
    ///     id of a container, or `${host}` for the machine's name; nil for the declared instances.
    ///   - limits: at which memory the kernel ends a process, as whoever starts them has told it.
    public init(
        _ name: String, role: ServiceRole = .worker, runtime: ServiceRuntime, found matches: [ProcessMatch],
        named instanceTemplate: String? = nil, reports: ServiceReporting = .nothing, page: MetricsPage? = nil,
        limits: ResourceLimits = ResourceLimits(),
        records: Set<RecordedMetrics> = [], fileID: String = #fileID, line: Int = #line,
        @InstanceBuilder instances: () -> [Instance] = { [] }
    ) {
        self.name = name
        self.role = role
        self.runtime = runtime
        self.reports = reports
        self.page = page
        found = FoundProcesses(matches: matches, instanceTemplate: instanceTemplate)
        self.limits = limits
        anyProgram = AnyServiceProgram(program: ServiceCommand.Usual())
        self.records = records
        health = HealthPaths()
        scaling = nil
        self.instances = instances()
        place = SourcePlace(fileID: fileID, line: line)
    }

    /// How the processes of the service are started.
    public var program: any ServiceProgram { anyProgram.program }
}

/// What a service does, as far as a fleet must know.
public enum ServiceRole: String, CaseIterable, Hashable, Sendable {
    /// The service answers requests at its port.
    case api
    /// The service takes work off a queue, and listens nowhere.
    case worker

    var usuallyRecords: Set<RecordedMetrics> {
        switch self {
        case .api: [.requests, .pool]
        case .worker: [.pool]
        }
    }
}

extension FleetService {
    public var partName: String? { name }
    public var standsAlone: Bool { false }

    /// Finds numbers of replicas that contradict one another, paths that nobody can ask for, and words that no command line takes.
    public func faults(in fleet: Fleet) -> [FleetFault] {
        var faults: [FleetFault] = []
        for path in [health.live, health.ready] where !LegalText.isURLPath(path) {
            faults.append(
                .contradiction(
                    "the health path “\(path)” of \(name) is illegal: begin it with a slash and use letters, digits and . _ - ~ /",
                    place: place))
        }
        if let scaling, !instances.isEmpty {
            let count = instances.count
            if scaling.minimum < 1 || scaling.minimum > count || scaling.maximum < count {
                faults.append(
                    .contradiction(
                        "\(name) has \(count) instances and is scaled between \(scaling.minimum) and \(scaling.maximum): both "
                            + "bounds must be above 0 and include its number", place: place))
            }
        }
        return faults + (isStarted ? programFaults(in: fleet) : []) + reportingFaults + matchFaults(in: fleet)
            + pageFaults(in: fleet)
    }
}

/// Where a service answers whether it lives and whether it can take requests.
public struct HealthPaths: Hashable, Sendable {
    public let live: String
    public let ready: String

    public init(live: String = "/health/live", ready: String = "/health/ready") {
        self.live = live
        self.ready = ready
    }
}
