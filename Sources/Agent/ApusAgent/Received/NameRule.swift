import AgentMetrics
package import ApusMetrics

/// Says which series of a reported family are also those of a family that every agent knows: what a runtime calls its heap, a pool its
/// connections, a queue its length.
///
/// The values of all series that come to the same labels are added up. What an instance reports under the known name itself stands.
package struct NameRule: Sendable {
    /// Where a label of the known family has its value from.
    package enum Origin: Sendable, Equatable {
        case constant(String)
        /// From the label of that name; what has none gets the other value.
        case label(String, otherwise: String)
    }

    /// The name of the reported family.
    let reported: String
    /// What the labels of a series must be.
    let having: [LabelCondition]
    /// What a value is multiplied by.
    let factor: Double
    let known: MetricFamily
    /// The labels of the known family, in the order of their names.
    let labels: [(name: String, origin: Origin)]

    package init(
        _ reported: String, having: [(String, String)] = [], _ known: MetricFamily, labels: [(String, Origin)] = []
    ) {
        self.reported = reported
        self.having = having.map { LabelCondition($0, $1) }
        factor = 1
        self.known = known
        self.labels = labels.sorted { $0.0 < $1.0 }
    }

    init(_ selector: SeriesSelector, _ known: MetricFamily, labels: [(String, Origin)] = []) {
        reported = selector.name
        having = selector.conditions
        factor = selector.factor
        self.known = known
        self.labels = labels.sorted { $0.0 < $1.0 }
    }

    /// What a series is for the known family.
    private enum Part {
        case labels([UInt8])
        case none
        /// The time of all searches is over before it is known.
        case unknown
    }

    private func part(of series: ReceivedSeries, _ budget: inout NamingBudget) -> Part {
        guard !having.isEmpty || !labels.isEmpty else { return .labels([]) }
        let pairs = (try? LabelBytes.parse(series.labels)) ?? []
        let own = Dictionary(pairs.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        for condition in having {
            guard let holds = condition.holds(of: own[condition.name], &budget) else { return .unknown }
            if !holds { return .none }
        }
        return .labels(
            LabelBytes.render(
                labels.map { label in
                    switch label.origin {
                    case .constant(let value): (label.name, value)
                    case .label(let name, let otherwise): (label.name, own[name] ?? otherwise)
                    }
                }))
    }
}

extension ReceivedReport {
    /// The report with the families that follow from it by rules, where it has them not itself.
    ///
    /// - Parameters:
    ///   - others: count for the families for which none of the rules finds a series. Of several rules for one family, those count that
    ///     are about families of the report.
    ///   - budget: of all searches. A family of which it leaves a series unknown is not added, as a part of a sum is another number.
    ///   - unnamed: receives the names of those families.
    func adding(
        _ rules: [NameRule], orElse others: [NameRule] = [], within budget: inout NamingBudget, unnamed: inout [String]
    ) -> ReceivedReport {
        let families = Dictionary(families.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var sums: [String: Sum] = [:]
        for rule in rules { rule.add(families, to: &sums, &budget) }
        let settled = sums
        for rule in others where settled[rule.known.name] == nil { rule.add(families, to: &sums, &budget) }
        unnamed = sums.filter { !$0.value.isWhole }.keys.sorted()
        sums = sums.filter(\.value.isWhole)
        guard !sums.isEmpty else { return self }
        var report = self
        for (name, sum) in sums.sorted(by: { $0.key < $1.key }) {
            report.families.append(
                ReceivedFamily(
                    name: name, kind: ServedKind(sum.family.kind), help: sum.family.help, unit: sum.family.unit,
                    series: sum.byLabels.sorted { $0.key.lexicographicallyPrecedes($1.key) }
                        .map { ReceivedSeries(labels: $0.key, value: .number($0.value)) }))
        }
        return report
    }

    /// What the series of a known family come to, by their labels.
    fileprivate struct Sum {
        let family: MetricFamily
        var byLabels: [[UInt8]: Double] = [:]
        /// The series that were added, each with the labels that it came to: several selectors can choose one.
        private var added: Set<[[UInt8]]> = []
        /// Whether all series are known that it may be of.
        var isWhole = true

        init(family: MetricFamily) { self.family = family }

        /// Adds a series, unless another rule has chosen it for the same labels.
        mutating func add(_ value: Double, of series: ReceivedSeries, in family: String, to labels: [UInt8]) {
            guard added.insert([Array(family.utf8), series.labels, labels]).inserted else { return }
            byLabels[labels, default: 0] += value
        }
    }
}

extension NameRule {
    /// Adds the series of a report's families, unless it has the known family itself.
    fileprivate func add(
        _ families: [String: ReceivedFamily], to sums: inout [String: ReceivedReport.Sum], _ budget: inout NamingBudget
    ) {
        guard families[known.name] == nil, let family = families[reported] else { return }
        for series in family.series {
            guard let value = series.value.asDouble else { continue }
            switch part(of: series, &budget) {
            case .labels(let labels):
                sums[known.name, default: ReceivedReport.Sum(family: known)]
                    .add(value * factor, of: series, in: family.name, to: labels)
            case .none: continue
            case .unknown:
                sums[known.name, default: ReceivedReport.Sum(family: known)].isWhole = false
                return
            }
        }
    }
}

extension NameRule {
    /// What the usual clients of other languages call these things: prom-client, Micrometer and HikariCP, the clients of Java, Go and
    /// .NET, OpenTelemetry's conventions, exporters of Sidekiq and Celery.
    package static let usual: [NameRule] = heaps + pools + queues + lags

    private static let heap = ServiceProcess.heap.family

    private static let heaps = [
        NameRule("nodejs_heap_size_used_bytes", heap), NameRule("v8js_memory_heap_used_bytes", heap),
        NameRule("jvm_memory_used_bytes", having: [("area", "heap")], heap),
        NameRule("jvm_memory_used_bytes", having: [("jvm_memory_type", "heap")], heap),
        NameRule("jvm_memory_bytes_used", having: [("area", "heap")], heap),
        NameRule("go_memstats_heap_inuse_bytes", heap), NameRule("dotnet_total_memory_bytes", heap),
    ]

    private static let pools: [NameRule] = {
        let used = Origin.constant(ConnectionState.used.rawValue)
        let idle = Origin.constant(ConnectionState.idle.rawValue)
        let hikari = Origin.label("pool", otherwise: "pool")
        let all: [(name: String, pool: Origin, state: Origin)] = [
            ("hikaricp_connections_active", hikari, used), ("hikaricp_connections_idle", hikari, idle),
            (
                "db_client_connection_count", .label("db_client_connection_pool_name", otherwise: "pool"),
                .label("db_client_connection_state", otherwise: ConnectionState.used.rawValue)
            ),
            (
                "db_client_connections_usage", .label("pool_name", otherwise: "pool"),
                .label("state", otherwise: ConnectionState.used.rawValue)
            ),
        ]
        return all.map {
            NameRule($0.name, ConnectionPool.connections.family, labels: [("pool", $0.pool), ("state", $0.state)])
        } + all.map { NameRule($0.name, Contract.databaseConnections.family) }
    }()

    private static let queues: [NameRule] = {
        let pending = [("state", Origin.constant(QueueState.pending.rawValue))]
        let scheduled = [("state", Origin.constant(QueueState.scheduled.rawValue))]
        return [
            NameRule("sidekiq_queue_enqueued_jobs", Queue.depth.family, labels: pending),
            NameRule("sidekiq_jobs_waiting_count", Queue.depth.family, labels: pending),
            NameRule("sidekiq_scheduled_jobs", Queue.depth.family, labels: scheduled),
            NameRule("celery_queue_length", Queue.depth.family, labels: pending),
            NameRule("bullmq_job_count", having: [("state", "waiting")], Queue.depth.family, labels: pending),
            NameRule("bullmq_job_count", having: [("state", "delayed")], Queue.depth.family, labels: scheduled),
        ]
    }()

    private static let lags = ["nodejs_eventloop_lag_seconds", "nodejs_eventloop_delay_p99_seconds"].map {
        NameRule($0, Scheduling.lag.family, labels: [("executor", .constant("event-loop"))])
    }
}
