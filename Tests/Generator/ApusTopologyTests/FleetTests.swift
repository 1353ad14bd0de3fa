import AgentMetrics
import ApusTopology
import NotificationFleet
import Testing

@Suite struct `Declaration of a fleet` {
    private func fleet(apis: Bool, workers: Int) -> Fleet {
        Fleet("f") {
            if apis {
                FleetService("api", role: .api) { Instance("api-1", port: 3001, metricsPort: 9101) }
            }
            FleetService("worker", role: .worker) {
                for number in 1...workers {
                    if number.isMultiple(of: 2) {
                        Instance("even-\(number)", metricsPort: 9090 + number)
                    } else {
                        Instance("odd-\(number)", metricsPort: 9090 + number)
                    }
                }
            }
            if workers > 2 { Scraping(interval: .seconds(30)) } else { Scraping(interval: .seconds(5)) }
        }
    }

    @Test func `loops and conditions stand between the braces`() {
        let large = fleet(apis: true, workers: 3)
        #expect(large.identities.map(\.description) == ["api/api-1", "worker/odd-1", "worker/even-2", "worker/odd-3"])
        #expect(large.scraping.interval == .seconds(30))
        let small = fleet(apis: false, workers: 1)
        #expect(small.services.map(\.name) == ["worker"])
        #expect(small.services(role: .api) == [])
        #expect(small.scraping.interval == .seconds(5))
    }

    @Test func `what is not declared has its default`() {
        let fleet = Fleet("f") {}
        #expect(fleet.host == "127.0.0.1")
        #expect(fleet.agents.placement == .perHost)
        #expect(fleet.agents.port == 9480)
        #expect(fleet.scraping.interval == .seconds(15))
        #expect(fleet.scraping.evaluationInterval == .seconds(15))
        #expect(fleet.alerting.hold == .seconds(60))
        #expect(fleet.delivery.batchSize == 50)
        #expect(fleet.delivery.lease == .seconds(300))
        #expect(fleet.thresholds.memory.value == .bytes(536_870_912))
    }

    @Test(arguments: [(60, 10_000), (15, 10_000), (6, 4000), (1, 666)])
    func `a scrape may take two thirds of its interval, ten seconds at most`(interval: Int, timeout: Int) {
        #expect(Scraping(interval: .seconds(interval)).timeout == .milliseconds(timeout))
    }

    @Test func `the window of rates is five minutes, or four of the slower of scrapes and evaluations`() {
        func window(_ scraping: Scraping, _ alerting: Alerting = Alerting()) -> Duration {
            Fleet("f") {
                scraping
                alerting
            }.alertWindow
        }
        #expect(window(Scraping(interval: .seconds(15))) == .seconds(300))
        #expect(window(Scraping(interval: .seconds(100))) == .seconds(400))
        #expect(window(Scraping(interval: .seconds(15), evaluationInterval: .seconds(120))) == .seconds(480))
        #expect(window(Scraping(interval: .seconds(1)), Alerting(window: .seconds(10))) == .seconds(10))
    }

    @Test func `one agent a host watches all instances`() throws {
        let fleet = notificationFleet()
        let agent = try #require(fleet.agentEndpoints.first)
        #expect(fleet.agentEndpoints.count == 1)
        #expect(agent.name == "agent")
        #expect(agent.address == "127.0.0.1:9480")
        #expect(agent.socketName == "agent.sock")
        #expect(agent.instances == fleet.identities)
    }

    @Test func `agents beside instances have their names, ports and sockets`() {
        let agents = notificationFleet(FleetParameters(placement: .besideEachInstance)).agentEndpoints
        #expect(agents.map(\.port) == [9101, 9102, 9091, 9092, 9093, 9094, 9095])
        #expect(agents.map(\.name) == ["api-1", "api-2"].map { "agent-\($0)" } + (1...5).map { "agent-worker-\($0)" })
        #expect(agents.map(\.socketName) == agents.map { "\($0.name).sock" })
        #expect(agents.map { $0.instances.map(\.description) }.last == ["worker/worker-5"])
    }
}

@Suite struct `The notification fleet` {
    @Test(arguments: AgentPlacement.allCases)
    func `has two APIs and five workers at their ports, and contradicts itself nowhere`(placement: AgentPlacement) {
        let fleet = notificationFleet(FleetParameters(placement: placement))
        #expect(fleet.faults == [])
        #expect(fleet.services(role: .api).flatMap(\.instances).map(\.port) == [3001, 3002])
        #expect(fleet.services(role: .worker).flatMap(\.instances).map(\.metricsPort) == [9091, 9092, 9093, 9094, 9095])
        #expect(fleet.services(role: .worker).flatMap(\.instances).map(\.name) == (1...5).map { "worker-\($0)" })
        #expect(fleet.connectionLimit == 35)
    }

    @Test func `is deployed for production where nobody says otherwise`() {
        let fleet = notificationFleet()
        #expect(fleet.deployed(in: nil).environment == .production)
        #expect(fleet.deployed(in: nil).databases.map(\.name) == ["postgres"])
        #expect(fleet.deployed(in: .staging).environment == .staging)
        #expect(fleet.deployed(in: .development).databases == [])
        let alike = Fleet("f", environment: .staging) {}
        #expect(alike.deployed(in: nil) == alike)
    }

    @Test func `moves every port by the offset`() {
        let fleet = notificationFleet(FleetParameters(portOffset: 20_000))
        #expect(fleet.faults == [])
        #expect(fleet.services(role: .api).flatMap(\.instances).map(\.port) == [23_001, 23_002])
        #expect(fleet.agentEndpoints.map(\.port) == [29_480])
        #expect(fleet.scraping.prometheusPort == 29_090)
    }

    @Test func `names the places of the ports that an offset moves out of range`() {
        let faults = notificationFleet(FleetParameters(portOffset: 60_000)).faults
        #expect(faults.count > 2)
        #expect(faults.allSatisfy { $0.description.contains("is out of range: use 1 to 65535") })
        #expect(faults.allSatisfy { $0.place.fileID == "NotificationFleet/Fleet.swift" })
    }

    @Test func `has the alert thresholds of the original system`() {
        let limits = notificationFleet().thresholds
        #expect(limits.cpuPercent.value == 70)
        #expect(limits.memory.value == .mebibytes(512))
        #expect(limits.connections.value == 50)
        #expect(limits.queueDepth.value == 10_000)
        #expect(limits.errorRatio.value == 0.01)
    }
}
