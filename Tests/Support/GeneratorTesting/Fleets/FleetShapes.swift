public import ApusTopology
public import Testing

/// Fleets of many shapes: what holds for one must hold for all.
package enum FleetShapes {
    private static let shops = AgentPlacement.allCases.map { shopFleet($0) }

    /// The shop where it runs for customers.
    package static let environments = [FleetEnvironment.staging, .production].flatMap { environment in
        AgentPlacement.allCases.map { shopFleet($0).varied(for: environment) }
    }

    package static let all =
        shops + [
            shopFleet(scrapeInterval: .seconds(1), alertHold: .seconds(2), portOffset: 20_000),
            // The smallest fleet.
            Fleet("one") { FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) } },
            // The smallest fleet with a pack of its own.
            Fleet("parcels") {
                FleetService("worker", role: .worker, records: [.pool, .orders]) { Instance("worker-1", metricsPort: 9091) }
                ShopPack()
            },
            polyglotFleet, pagedFleet, probedFleet,
            // Steps that divide neither the window nor the hold, and a hold that outlasts the window.
            Fleet("uneven") {
                FleetService("till", role: .worker, records: [.pool, .orders]) { Instance("till-1", metricsPort: 9091) }
                FleetService("web", role: .worker, records: [.pool, .orders]) { Instance("web-1", metricsPort: 9092) }
                ShopPack()
                Scraping(interval: .seconds(7), evaluationInterval: .seconds(11))
                Alerting(hold: .seconds(100), window: .seconds(50))
            },
            // Names that YAML would read as something else, and limits that are no round numbers.
            Fleet("null") {
                FleetService("true", role: .worker, records: [.pool, .orders]) { Instance("null", metricsPort: 9091) }
                FleetService("on", role: .api) { Instance("e5", port: 3001, metricsPort: 9101) }
                ShopPack()
                Agents(.besideEachInstance)
                Thresholds(
                    .cpuPercent(12.5, .medium), .memory(.bytes(123_456_789), .high), .waitingOrders(1, .high),
                    .declinedPayments(0.0123, .critical), .connections(33, .high))
            },
        ]
}

extension Fleet: CustomTestStringConvertible {
    public var testDescription: String {
        "\(name), \(environment.rawValue), \(agents.placement.rawValue), \(scraping.discovery.rawValue), every \(scraping.interval)"
    }
}
