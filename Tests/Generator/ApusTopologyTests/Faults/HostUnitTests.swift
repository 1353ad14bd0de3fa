import ApusTopology
import Testing

/// Units that an agent watches beside the fleet's own.
@Suite struct `Units of the host` {
    private func faults(_ units: HostUnits, _ parts: any FleetPart...) -> [String] {
        Fleet("f") {
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            units
            for part in parts { part }
        }.faults.map { String($0.description.split(separator: ": ", maxSplits: 1).last ?? "") }
    }

    @Test func `are names with their types, and globs`() {
        #expect(faults(HostUnits("backup.timer", "sshd@*.service", "srv-data?x2d1.mount", "user@1000.service")) == [])
        #expect(faults(HostUnits()) == ["no unit is watched: name one, such as backup.timer, or leave HostUnits out"])
        for name in ["backup", ".timer", "backup.tmer"] {
            #expect(
                faults(HostUnits(name)) == [
                    "the unit “\(name)” has no type: write it as systemctl does, such as backup.timer, or as a glob"
                ])
        }
        for name in ["a b.timer", "srv\\x2d1.mount", "%n.service", ""] {
            #expect(
                faults(HostUnits(name)) == [
                    "the unit “\(name)” is illegal: write it without white space, quotes, % and $, and ? for a backslash"
                ])
        }
        #expect(faults(HostUnits("a.timer", "a.timer")) == ["the unit a.timer is watched twice: leave one out"])
    }

    @Test func `need an agent for the host`() {
        #expect(
            faults(HostUnits("a.timer"), Agents(.besideEachInstance)) == [
                "an agent beside each instance watches that one's unit alone: declare Agents(.perHost), or leave HostUnits out"
            ])
    }

    @Test func `may be of a type that they name, or that a glob leaves open`() {
        #expect(HostUnits("a.timer").mayHave("timer") && !HostUnits("a.timer").mayHave("socket", "mount"))
        #expect(HostUnits("a*").mayHave("timer") && HostUnits("*.*").mayHave("mount"))
        #expect(!HostUnits("a*.service").mayHave("timer"))
        #expect(HostUnits("a*.service", "b.mount").namesSome && !HostUnits("a*.service").namesSome)
    }

    @Test(arguments: [.milliseconds(0), .milliseconds(1501), .microseconds(1500)] as [Duration])
    func `leave an agent a time for sockets that it takes`(budget: Duration) {
        let all = faults(HostUnits("a.timer"), Agents(.perHost, socketBudget: budget))
        #expect(all.map { $0.hasSuffix("it must be from 1ms to 1s500ms, in whole milliseconds") } == [true], "\(all)")
    }
}
