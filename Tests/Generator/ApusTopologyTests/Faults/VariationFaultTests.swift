import ApusTopology
import Testing

@Suite struct `Validation of variations` {
    static let variations: [FaultyFleet] = [
        FaultyFleet(
            "the Variation for staging changes nothing: give it a part, or remove it",
            line: #line, FaultyFleet.fleet { Variation(.staging) {} }),
        FaultyFleet(
            """
            the fleet is declared for production and varied for it too: merge the Variation into the fleet, or give the fleet \
            another environment
            """,
            line: #line, FaultyFleet.fleet { Variation(.production) { Alerting() } }),
        FaultyFleet(
            "a Variation is in the one for staging: declare it beside that",
            line: #line, FaultyFleet.fleet { Variation(.staging) { Variation(.development) { Alerting() } } }),
        FaultyFleet(
            "Alerting is declared twice: a fleet has one, so merge the two",
            line: #line + 4,
            FaultyFleet.fleet {
                Variation(.staging) {
                    Alerting()
                    Alerting()
                }
            }),
        FaultyFleet(
            "Variation staging is declared twice: a fleet has one, so merge the two",
            line: #line + 3,
            FaultyFleet.fleet {
                Variation(.staging) { Alerting() }
                Variation(.staging) { Agents() }
            }),
        // What varies is validated as the whole that it makes.
        FaultyFleet(
            "port 9480 is used by the agent and by redis: give one of them another",
            line: #line, FaultyFleet.fleet { Variation(.staging) { Cache("redis", port: 9480) } }),
    ]

    @Test(arguments: variations)
    func `one fault is told with its place in the source and the remedy`(faulty: FaultyFleet) throws {
        try faulty.expectOnlyFault()
    }

    @Test func `a fault of the fleet itself is told once, whatever varies`() {
        let fleet = FaultyFleet.fleet {
            Agents(port: 0)
            Variation(.staging) { Alerting() }
            Variation(.development) { Alerting() }
        }
        #expect(fleet.faults.count == 1)
    }

    @Test func `a fault that a variation mends is one of the fleet all the same`() {
        let fleet = FaultyFleet.fleet {
            Agents(port: 0)
            Variation(.staging) { Agents() }
        }
        #expect(fleet.faults.count == 1)
        #expect(fleet.varied(for: .staging).faults == [])
    }
}
