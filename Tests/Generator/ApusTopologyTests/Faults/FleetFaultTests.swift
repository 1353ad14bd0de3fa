import ApusTopology
import Testing

@Suite struct `Validation of a fleet` {
    static let names: [FaultyFleet] = [
        "", "Upper", "9lives", "under_score", "trailing-", "dot.ted", String(repeating: "a", count: 64),
    ]
    .map { name in
        FaultyFleet(
            "instance name “\(name)” is illegal: use 1 to 63 of a-z, 0-9 and hyphens, with a letter first and no hyphen last",
            line: #line + 1,
            Fleet("f") { FleetService("worker", role: .worker) { Instance(name, metricsPort: 9091) } })
    }

    static let structure: [FaultyFleet] = [
        FaultyFleet(
            "fleet name “A fleet” is illegal: use 1 to 63 of a-z, 0-9 and hyphens, with a letter first and no hyphen last",
            line: #line + 1,
            Fleet("A fleet") { FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) } }),
        FaultyFleet(
            "host “::1” is illegal: use a name or an IPv4 address",
            line: #line + 1,
            Fleet("f", host: "::1") { FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) } }),
        FaultyFleet(
            "the fleet has no service: declare at least one FleetService",
            line: #line + 1,
            Fleet("f") { Agents() }),
        FaultyFleet(
            "service worker has no instance: declare one, or remove the service",
            line: #line + 1,
            Fleet("f") { FleetService("worker", role: .worker) {} }),
        FaultyFleet(
            "api-1 is an API but has no port: give it one",
            line: #line + 1,
            Fleet("f") { FleetService("api", role: .api) { Instance("api-1", metricsPort: 9101) } }),
        FaultyFleet(
            "service name “worker” is taken at ApusTopologyTests/FleetFaultTests.swift:\(#line + 3): choose another",
            line: #line + 3,
            Fleet("f") {
                FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
                FleetService("worker", role: .worker) { Instance("worker-2", metricsPort: 9092) }
            }),
        FaultyFleet(
            "instance name “one” is taken at ApusTopologyTests/FleetFaultTests.swift:\(#line + 3): choose another",
            line: #line + 3,
            Fleet("f") {
                FleetService("worker", role: .worker) { Instance("one", metricsPort: 9091) }
                FleetService("api", role: .api) { Instance("one", port: 3001, metricsPort: 9101) }
            }),
        FaultyFleet(
            "process name “agent” is taken at ApusTopologyTests/FleetFaultTests.swift:\(#line + 3): choose another",
            line: #line + 3,
            Fleet("f") {
                Agents(.perHost)
                FleetService("worker", role: .worker) { Instance("agent", metricsPort: 9091) }
            }),
        FaultyFleet(
            "Scraping is declared twice: a fleet has one, so merge the two",
            line: #line + 3,
            FaultyFleet.fleet {
                Scraping(interval: .seconds(10))
                Scraping(interval: .seconds(20))
            }),
    ]

    static let ports: [FaultyFleet] = [
        FaultyFleet(
            "port 70000 of worker-1 is out of range: use 1 to 65535",
            line: #line + 1,
            Fleet("f") { FleetService("worker", role: .worker) { Instance("worker-1", port: 70_000, metricsPort: 9091) } }),
        FaultyFleet(
            "port 0 of the agent is out of range: use 1 to 65535",
            line: #line + 1,
            FaultyFleet.fleet { Agents(.perHost, port: 0) }),
        FaultyFleet(
            "port 9090 is used by Prometheus and by the agent: give one of them another",
            line: #line + 1,
            FaultyFleet.fleet { Agents(.perHost, port: 9090) }),
        FaultyFleet(
            "port 9091 is used by the agent of worker-1 and by the agent of worker-2: give one of them another",
            line: #line + 5,
            Fleet("f") {
                Agents(.besideEachInstance)
                FleetService("worker", role: .worker) {
                    Instance("worker-1", metricsPort: 9091)
                    Instance("worker-2", metricsPort: 9091)
                }
            }),
    ]

    static let durations: [FaultyFleet] = [
        FaultyFleet(
            "the scrape interval is 0.0 seconds: it must be from 100ms to 2m, in whole milliseconds",
            line: #line + 1,
            FaultyFleet.fleet { Scraping(interval: .zero, timeout: .seconds(1), evaluationInterval: .seconds(15)) }),
        FaultyFleet(
            "the scrape interval is 300.0 seconds: it must be from 100ms to 2m, in whole milliseconds",
            line: #line + 1,
            FaultyFleet.fleet { Scraping(interval: .seconds(300), evaluationInterval: .seconds(15)) }),
        FaultyFleet(
            "the evaluation interval is 1.0005 seconds: it must be from 100ms to 2m, in whole milliseconds",
            line: #line + 1,
            FaultyFleet.fleet { Scraping(evaluationInterval: .microseconds(1_000_500)) }),
        FaultyFleet(
            "the alerts' hold is -1.0 seconds: it must be from 1ms to 1d, in whole milliseconds",
            line: #line + 1,
            FaultyFleet.fleet { Alerting(hold: .seconds(-1)) }),
        FaultyFleet(
            "the agents' sampling interval is 0.0 seconds: it must be from 100ms to 1d, in whole milliseconds",
            line: #line + 1,
            FaultyFleet.fleet { Agents(samplingInterval: .zero) }),
        FaultyFleet(
            "a scrape may take 15s but comes every 15s: shorten the timeout below the interval",
            line: #line + 1,
            FaultyFleet.fleet { Scraping(timeout: .seconds(15)) }),
        FaultyFleet(
            "alerts hold for 29s, less than two evaluations of 15s: one bad sample would fire them; hold for at least 30s",
            line: #line + 1,
            FaultyFleet.fleet { Alerting(hold: .seconds(29)) }),
        FaultyFleet(
            "the rate window of 59s holds less than four scrapes or evaluations: take at least 1m",
            line: #line + 1,
            FaultyFleet.fleet { Alerting(window: .seconds(59)) }),
    ]

    static let numbers: [FaultyFleet] = [
        FaultyFleet(
            "the threshold cpuPercent is 0.0: it must be above 0",
            line: #line + 1,
            FaultyFleet.fleet { Thresholds(.cpuPercent(0, .high)) }),
        FaultyFleet(
            "the threshold cpuPercent is inf: it must be above 0",
            line: #line + 1,
            FaultyFleet.fleet { Thresholds(.cpuPercent(.infinity, .high)) }),
        FaultyFleet(
            "the threshold memory is 0.0: it must be above 0",
            line: #line + 1,
            FaultyFleet.fleet { Thresholds(.memory(.bytes(0), .high)) }),
        FaultyFleet(
            "the threshold brokerDepth is -1.0: it must be above 0",
            line: #line + 1,
            FaultyFleet.fleet { Thresholds(.brokerDepth(-1, .high)) }),
        FaultyFleet(
            "the threshold abandonedCarts is 1.0: it must be between 0 and 1, as 0.01 for one percent",
            line: #line + 1,
            FaultyFleet.fleet { Thresholds(.abandonedCarts(1, .high)) }),
        FaultyFleet(
            "the threshold memory is set twice: leave one out",
            line: #line + 1,
            FaultyFleet.fleet { Thresholds(.memory(.mebibytes(2)), .memory(.mebibytes(3))) }),
        FaultyFleet(
            "the connections of an instance is 0.0: it must be above 0",
            line: #line + 1,
            FaultyFleet.fleet { ConnectionBudget(perInstance: 0) }),
        FaultyFleet(
            "the connection budget's minimum 20 is above its maximum 10: swap them",
            line: #line + 1,
            FaultyFleet.fleet { ConnectionBudget(minimum: 20, maximum: 10) }),
        FaultyFleet(
            "a budget of at most 2 connections leaves some of 3 instances without any: raise the maximum or run fewer instances",
            line: #line + 2,
            Fleet("f") {
                ConnectionBudget(minimum: 1, maximum: 2)
                FleetService("worker", role: .worker) {
                    for number in 1...3 { Instance("worker-\(number)", metricsPort: 9090 + number) }
                }
            }),
        FaultyFleet(
            "the fleet may open 10 connections but is alerted on above 9: lower the budget or raise Thresholds.connections",
            line: #line + 2,
            FaultyFleet.fleet {
                ConnectionBudget()
                Thresholds(.connections(9, .high))
            }),
        FaultyFleet(
            "the database's name “../x.sqlite” is no file name: it must be a plain name, without a slash or a leading dot",
            line: #line + 1,
            FaultyFleet.fleet { DataFolder(database: "../x.sqlite") }),
        FaultyFleet(
            "the agent socket's name “” is no file name: it must be a plain name, without a slash or a leading dot",
            line: #line + 1,
            FaultyFleet.fleet { DataFolder(agentSocketStem: "") }),
    ]

    @Test(arguments: names + structure + ports + durations + numbers)
    func `one fault is told with its place in the source and the remedy`(faulty: FaultyFleet) throws {
        try faulty.expectOnlyFault()
        let error = #expect(throws: InvalidFleet.self) { try faulty.fleet.validated() }
        #expect(error?.description == "the fleet contradicts itself: \(faulty.fleet.faults[0])")
    }

    @Test func `all faults are told at once, a line each`() throws {
        let fleet = FaultyFleet.fleet {
            Agents(.perHost, port: 0)
            Thresholds(.cpuPercent(-5, .high), .abandonedCarts(2, .high))
        }
        let error = try #require(#expect(throws: InvalidFleet.self) { try fleet.validated() })
        #expect(error.faults.count == 3)
        #expect(error.description.split(separator: "\n").count == 4)
    }

    @Test func `ports that nobody listens at may be the same`() {
        let fleet = Fleet("f") {
            Agents(.perHost)
            FleetService("worker", role: .worker) {
                Instance("worker-1", metricsPort: 9480)
                Instance("worker-2", metricsPort: 9480)
            }
        }
        #expect(fleet.faults == [])
        let beside = Fleet("f") {
            Agents(.besideEachInstance, port: 9091)
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
        }
        #expect(beside.faults == [])
    }

    @Test func `an agent of a host takes a thousand instances, and agents beside them any number`() {
        func faults(_ instances: Int, _ placement: AgentPlacement) -> [String] {
            Fleet("f") {
                FleetService("worker", role: .worker) {
                    for number in 1...instances { Instance("worker-\(number)", metricsPort: 20_000 + number) }
                }
                Agents(placement)
                Thresholds(.connections(2000, .high))
                ConnectionBudget(perInstance: 1, minimum: 10, maximum: 2000)
            }.faults.map(\.description).filter { $0.contains("takes 1000 instances, and the fleet has 1001") }
        }
        #expect(faults(1000, .perHost).isEmpty)
        #expect(faults(1001, .perHost).count == 1)
        #expect(faults(1001, .besideEachInstance).isEmpty)
    }

    @Test func `a sound fleet passes as it is`() throws {
        let fleet = FaultyFleet.fleet {}
        #expect(try fleet.validated() == fleet)
    }
}
