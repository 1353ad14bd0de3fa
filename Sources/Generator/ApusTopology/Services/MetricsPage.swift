package import AgentMetrics
public import ApusMetrics
public import ApusPromQL
import ApusText

/// The page of metrics that each instance of a service serves itself, as clients of Prometheus do in all languages, and that the agent
/// of its host fetches when it is scraped.
///
/// ```swift
/// FleetService(
///     "mailer", role: .worker, runtime: .go, page: MetricsPage(),
///     program: ServiceCommand("mailer", arguments: [["--metrics", "\(.host):\(.metricsPort)"]])
/// ) {
///     Instance("mailer-1", metricsPort: 9464)
/// }
/// ```
///
/// `docs/watching.md` says what a page may be.
public struct MetricsPage: Hashable, Sendable {
    /// What the instances serve their pages at.
    public enum Location: Hashable, Sendable {
        /// A port of their own: ``Instance/metricsPort``.
        case metricsPort
        /// The port at which they answer requests.
        case port
        /// A Unix socket by its absolute path, which may name `\(.instance)`; only of services that others start.
        case socket(ProcessText)
    }

    public let location: Location
    /// The path of the page, with its query where it has one.
    public let path: String
    /// The time in which the page must be read; nil for the agent's half a second.
    public let timeout: Duration?
    /// What is called otherwise on the page than the agent knows.
    public let names: [PageName]

    /// - Parameters:
    ///   - timeout: from 10 ms to 10 s, and half of a scrape's timeout at most, as no scrape waits longer for pages.
    ///   - names: of the heap, pools, queue and event loop, where they are not what clients usually call them.
    public init(
        at location: Location = .metricsPort, path: String = "/metrics", timeout: Duration? = nil, names: [PageName] = []
    ) {
        self.location = location
        self.path = path
        self.timeout = timeout
        self.names = names
    }
}

/// What a page calls something that alerts and dashboards of every fleet know under one name.
///
/// ```swift
/// MetricsPage(names: [PageName(.queueDepth, MailerMetrics.jobs.series.matching(.label(.state), "waiting"))])
/// ```
public struct PageName: Hashable, Sendable {
    /// What is named.
    public enum Subject: CaseIterable, Hashable, Sendable {
        case heap, connectionsUsed, connectionsIdle, connectionsMax, queueDepth, queueScheduled, queueLocked, queueOldestAge,
            eventLoopLag

        /// What the agent calls it.
        package var name: KnownName {
            switch self {
            case .heap: .heap
            case .connectionsUsed: .connectionsUsed
            case .connectionsIdle: .connectionsIdle
            case .connectionsMax: .connectionsMost
            case .queueDepth: .queueDepth
            case .queueScheduled: .queueScheduled
            case .queueLocked: .queueLocked
            case .queueOldestAge: .oldestAge
            case .eventLoopLag: .eventLoopLag
            }
        }

        /// The key in the agent's file.
        package var key: String { name.key }
    }

    public let subject: Subject
    /// The series as the agent's file has it: `jobs{state="waiting"}`.
    package let selector: String

    /// - Parameters:
    ///   - series: those of one subject are added up.
    ///   - divisor: by which they are divided where they have another unit, such as 1000 for milliseconds.
    public init<Labels: LabelSet>(_ subject: Subject, _ series: Series<Gauge<Labels>>, dividedBy divisor: Int = 1) {
        self.subject = subject
        selector = series.value.expression.description + (divisor == 1 ? "" : " / \(divisor)")
    }
}

extension MetricsPage {
    /// The values in a text of an instance whose page it is.
    static func values(of instance: Instance, in fleet: Fleet) -> [ProcessValue: String] {
        [.instance: instance.name, .host: fleet.host, .dataFolder: fleet.installation.stateFolder]
    }
}

extension FleetService {
    /// The port of the page of an instance; nil when it is at none.
    package func pagePort(of instance: Instance) -> Int? {
        switch page?.location {
        case .metricsPort: instance.metricsPort
        case .port: instance.port
        case .socket, nil: nil
        }
    }

    /// The port that an instance has for its page alone.
    package func ownMetricsPort(of instance: Instance) -> Int? { page?.location == .metricsPort ? instance.metricsPort : nil }

    /// The address of the page of an instance, as the agent's file has it; nil without a page, or where its text names what there is not.
    ///
    /// - Parameters:
    ///   - host: the address at which the instance is reached.
    ///   - port: where all instances have one; nil for the instance's own.
    package func pageURL(of instance: Instance, host: String, port: Int? = nil, in fleet: Fleet) -> String? {
        guard let page else { return nil }
        if case .socket(let path) = page.location {
            return path.text(MetricsPage.values(of: instance, in: fleet)).map { "unix:\($0):\(page.path)" }
        }
        return (port ?? pagePort(of: instance)).map { "http://\(host):\($0)\(page.path)" }
    }

    /// Whether the agent is told figures of the service, beside what it sees from outside.
    package var tellsFigures: Bool { reports != .nothing || page != nil }
}
