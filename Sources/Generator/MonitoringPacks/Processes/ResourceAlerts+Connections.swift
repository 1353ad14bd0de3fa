import AgentMetrics
import ApusMetrics
import ApusPromQL
import ApusTopology

/// Connections of services to their databases: how many there are, how many may be, and how long one waits for one.
extension ResourceAlerts {
    var tooManyConnections: Alert {
        Alert(
            .tooManyDatabaseConnections, when: FleetQueries.openConnections(in: fleet).sum(),
            above: limits[Threshold.connections],
            summary: "The fleet has too many database connections open.",
            description: "\(value: .decimals(0)) connections are open; the limit is \(limits[Threshold.connections]).",
            runbook: Runbook(
                meaning:
                    "All \(fleet.countsByServers ? "servers" : "processes") together have more connections open than `Thresholds.connections`.",
                impact: "The database refuses connections at its own limit, those of administrators too.",
                queries: [.init("Connections of each process", FleetQueries.openConnections)],
                actions: [
                    "Look whether more instances run than are declared: each has a share of `ConnectionBudget`.",
                    "Restart the instance that holds more than its share.",
                ]), inputs: openConnectionInputs)
    }

    /// Empty for a fleet without probed databases, where they follow from the condition.
    private var openConnectionInputs: [AlertInput] {
        let probed = fleet.probedDatabases
        guard let first = probed.first, let last = probed.last else { return [] }
        let limit = limits[Threshold.connections].value
        func open(_ service: String, _ instance: String, _ course: InputCourse) -> AlertInput {
            AlertInput(Contract.databaseConnections, [.service: service, .instance: instance], course)
        }
        let counted = fleet.countsByServers ? (first, last) : ("a", "b")
        // Neither of two is beyond the limit, but together they are; what the other side says of the same connections does not count.
        return [
            open(counted.0, "two", .constant(limit * 0.4)),
            open(counted.1, "one", .level(quiet: limit * 0.6, bad: limit * 0.6006)),
        ] + (fleet.countsByServers ? ["another"] : probed).map { open($0, "other", .constant(limit)) }
    }

    /// Connections in use among those that the pools of each process may open: as it says itself or, where it does not, by its share of
    /// the fleet's budget; nil where nobody counts those in use.
    static func poolShare(in fleet: Fleet) -> InstantVector<TargetKey>? {
        let used = ConnectionPool.connections.series.matching(.label(.state), ConnectionState.used.rawValue)
        let bound = ConnectionPool.maxConnections.series.value
        let said = used.value.sum(perTarget: .service, .instance) / (bound.sum(perTarget: .service, .instance) > 0)
        let declared = fleet.sharedPools.map { service, share in
            used.matching(.service, service).value.sum(perTarget: .service, .instance) / Double(share)
        }
        let arms = (fleet.records(.pool) ? [said] : []) + declared
        return arms.first.map { arms.dropFirst().reduce($0) { $0.or($1) } }
    }

    var poolExhausted: [Alert] { Self.poolShare(in: fleet).map { [poolExhausted($0)] } ?? [] }

    private func poolExhausted(_ share: InstantVector<TargetKey>) -> Alert {
        let limit = limits[Threshold.poolUse]
        func most(_ pool: String, _ value: Double) -> AlertInput {
            AlertInput(
                ConnectionPool.maxConnections, [.service: "a", .instance: "one", .label(.pool): pool], .constant(value))
        }
        func input(_ pool: String, _ state: String, _ course: InputCourse) -> AlertInput {
            AlertInput(
                ConnectionPool.connections, [.service: "a", .instance: "one", .label(.pool): pool, .label(.state): state],
                course)
        }
        return Alert(
            .poolExhausted, when: share, above: limit,
            summary: "A connection pool is nearly used up.",
            description: """
                \(.instance) of service \(.service) uses \(value: .percentage) of the connections that its pools may open; \
                the limit is \(limit).
                """,
            runbook: Runbook(
                meaning: "Of the connections that the instance may open, more than `Thresholds.poolUse` are in use.",
                impact: "Who needs a connection waits, and requests and other work slow down.",
                queries: [Runbook.Query("Connections by state", ConnectionPool.connections.series.value)]
                    + (fleet.records(.pool)
                        ? [
                            Runbook.Query(
                                "Time that callers wait, 95th percentile",
                                ConnectionPool.waitTime.series.bucketRates(over: fleet.rateWindow).sum(by: .service, .instance)
                                    .quantile(0.95))
                        ] : []),
                actions: [
                    "Look for long queries and transactions in the database: `SELECT pid, state, query FROM pg_stat_activity`.",
                    "Raise `ConnectionBudget` if the database has room.",
                ]),
            inputs: (fleet.records(.pool)
                ? [
                    input("p", "used", .level(quiet: 0.3 * limit.value, bad: 0.3 * limit.value)),
                    input("q", "used", .level(quiet: 0.2 * limit.value * 0.9994, bad: 0.2 * limit.value * 1.0015)),
                    input("p", "idle", .constant(1)), most("p", 0.3), most("q", 0.2),
                ] : [])
                + fleet.sharedPools.flatMap { Self.inputs(ofPoolsOf: $0, most: Double($1) * limit.value) })
    }

    /// Two pools of one instance, whose connections in use come to a limit together, and what does not count.
    private static func inputs(ofPoolsOf service: String, most: Double) -> [AlertInput] {
        let courses: [(service: String, pool: String, state: String, course: InputCourse)] = [
            (service, "r", "used", .constant(most / 2)),
            (service, "s", "used", .level(quiet: most / 2 * 0.9994, bad: most / 2 * 1.0006)),
            (service, "s", "idle", .constant(most)), ("another", "r", "used", .constant(most * 10)),
        ]
        return courses.map { input in
            AlertInput(
                ConnectionPool.connections,
                [.service: input.service, .instance: "two", .label(.pool): input.pool, .label(.state): input.state],
                input.course)
        }
    }

    /// The number of waits in the window of rates up to which a twentieth is no more than one.
    private static let fewWaits = 20.0

    var slowPool: Alert {
        let limit = limits[Threshold.poolWait]
        let few = Self.fewWaits / (fleet.alertWindow / .seconds(1))
        let waits = ConnectionPool.waitTime.series
        func labels(_ pool: String) -> KeyValuePairs<Series<Histogram<PoolLabels>>.Key, String> {
            [.service: "a", .instance: "one", .label(.pool): pool]
        }
        func quantile(_ limit: Double) -> [AlertInput] {
            AlertInput.quantile(
                0.95, of: ConnectionPool.waitTime, labels("p"), crossing: limit, over: .label(.pool))
        }
        func waited(_ pool: String, _ rate: Double, bad: Double? = nil) -> AlertInput {
            .count(of: ConnectionPool.waitTime, labels(pool), .growth(quiet: rate, bad: bad ?? rate))
        }
        return Alert(
            .slowPool,
            when: (waits.bucketRates(over: fleet.rateWindow).sum(by: .service, .instance).quantile(0.95) > limit.value).and(
                waits.countIncrease(over: fleet.rateWindow).sum(by: .service, .instance) > Self.fewWaits),
            threshold: limit,
            summary: "Callers wait long for database connections.",
            description: """
                One in twenty callers in \(.instance) of service \(.service) waits \(value: .decimals(3)) s or longer for a \
                connection; the limit is \(limit).
                """,
            runbook: Runbook(
                meaning: """
                    The 95th percentile of the time to get a connection from the pool is past `Thresholds.poolWait`, of more than \
                    \(Int(Self.fewWaits)) callers within the window of rates.
                    """,
                impact: "Each request and each claim is as much slower.",
                queries: [.init("Connections by state", ConnectionPool.connections.series.value)],
                actions: [
                    "See the runbook of PoolExhausted: the causes are the same.",
                    "If few connections are in use, the host or the store is slow: look at CPU and pressure.",
                ]),
            inputs: quantile(limit.value) + [waited("p", few * 4)],
            // Slow all the time, and hardly any.
            furtherInputs: [
                quantile(limit.value * 1.002) + [
                    waited("p", few * 0.5996, bad: few * 0.6004), waited("q", few * 0.3996, bad: few * 0.4004),
                ]
            ])
    }
}

extension Fleet {
    /// Whether some service says how many connections it has.
    var countsConnections: Bool { records(.pool) || records(.connections) }

    /// The services that count the connections of their pools without saying how many these may have, and each instance's share of the
    /// fleet's budget.
    fileprivate var sharedPools: [(service: String, share: Int)] {
        services.filter { $0.records.contains(.connections) && !$0.records.contains(.pool) }.compactMap { service in
            connectionShares(of: service).min().map { (service.name, $0) }
        }
    }
}
