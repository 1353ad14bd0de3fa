import AgentMetrics
import ApusTopology
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
        #expect(fleet.thresholds[Threshold.memory].value == 536_870_912)
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
        let fleet = self.fleet(apis: true, workers: 3)
        let agent = try #require(fleet.agentEndpoints.first)
        #expect(fleet.agentEndpoints.count == 1)
        #expect(agent.name == "agent")
        #expect(agent.address == "127.0.0.1:9480")
        #expect(agent.socketName == "agent.sock")
        #expect(agent.instances == fleet.identities)
    }

    @Test func `agents beside instances have their names, ports and sockets`() {
        let agents = fleet(apis: true, workers: 2).replacing([Agents(.besideEachInstance)]).agentEndpoints
        #expect(agents.map(\.port) == [9101, 9091, 9092])
        #expect(agents.map(\.name) == ["agent-api-1", "agent-odd-1", "agent-even-2"])
        #expect(agents.map(\.socketName) == agents.map { "\($0.name).sock" })
        #expect(agents.map { $0.instances.map(\.description) }.last == ["worker/even-2"])
    }

    @Test func `without a variation for production a fleet is deployed as it is declared`() {
        let fleet = Fleet("f", environment: .staging) {}
        #expect(fleet.deployed(in: nil) == fleet)
    }
}

/// A part of a kind that the library does not know.
private struct Backups: FleetPart {
    let interval: Duration
    let place: SourcePlace

    init(every interval: Duration, fileID: String = #fileID, line: Int = #line) {
        self.interval = interval
        place = SourcePlace(fileID: fileID, line: line)
    }

    func faults(in fleet: Fleet) -> [FleetFault] {
        fleet.databases.isEmpty ? [.contradiction("there is nothing to back up: declare a Database", place: place)] : []
    }
}

/// Another such part, of which a fleet may have several.
private struct Mailbox: FleetPart {
    let name: String
    var size = 0
    var place = SourcePlace()

    var partName: String? { name }
}

@Suite struct `A part of a user's own kind` {
    private func fleet(@FleetBuilder _ parts: () -> [any FleetPart]) -> Fleet {
        Fleet("f") {
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            for part in parts() { part }
        }
    }

    @Test func `is kept, found by its type and told of by its name when it is declared twice`() {
        let declared = fleet {
            Database("postgres")
            Backups(every: .seconds(60))
            Mailbox(name: "a")
            Mailbox(name: "b")
        }
        #expect(declared.part(of: Backups.self)?.interval == .seconds(60))
        #expect(declared.parts(of: Mailbox.self).map(\.name) == ["a", "b"])
        #expect(declared.parts.count == 5)
        #expect(declared.faults == [])
        let line = #line + 3
        let twice = fleet {
            Mailbox(name: "a")
            Mailbox(name: "a", place: SourcePlace(line: line))
        }
        #expect(
            twice.faults.map(\.description) == [
                "\(#fileID):\(line): Mailbox a is declared twice: a fleet has one, so merge the two"
            ])
    }

    @Test func `is validated with its fleet`() {
        let place = SourcePlace(line: #line + 1)
        let lonely = fleet { Backups(every: .seconds(60)) }
        #expect(lonely.faults == [.contradiction("there is nothing to back up: declare a Database", place: place)])
    }

    @Test func `varies by its name`() {
        let varied = fleet {
            Mailbox(name: "a", size: 1)
            Mailbox(name: "b", size: 2)
            Variation(.staging) {
                Mailbox(name: "b", size: 20)
                Mailbox(name: "c", size: 30)
            }
        }.varied(for: .staging)
        #expect(varied.parts(of: Mailbox.self).map(\.size) == [1, 20, 30])
        #expect(varied.variations == [])
        #expect(varied.environment == .staging)
    }

    @Test func `makes two fleets different`() {
        func fleet(_ size: Int) -> Fleet { Fleet("f") { Mailbox(name: "a", size: size, place: SourcePlace(line: 1)) } }
        let (one, same, other) = (fleet(1), fleet(1), fleet(2))
        // The places of the fleets are one line.
        #expect(one == same)
        #expect(one.hashValue == same.hashValue)
        #expect(one != other)
    }
}
