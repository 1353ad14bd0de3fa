import AgentMetrics
import ApusAgent
import ApusProbes
import Testing

/// What an exposition says of probes, over captured files and in a time that a test sets.
@Suite struct ProbeSourceTests {
    private static let labels = #"service="db",instance="db1",probe="tcp""#

    private func standing(at now: UInt64) -> ProbeStanding {
        ProbeStanding(
            ProbeDeclaration(
                InstanceIdentity(service: "db", instance: "db1"), .tcp(TCPTarget(host: "127.0.0.1", port: 5432)),
                interval: .seconds(15), timeout: .seconds(5)), at: now, began: 1_000_000)
    }

    private func samples(_ change: @escaping @Sendable (inout ProbeStanding, UInt64) -> Void) throws -> [String: String] {
        let host = try FixtureHost()
        var subject = try host.host()
        subject.probes = { now in
            var standing = standing(at: now.monotonic)
            change(&standing, now.monotonic)
            return [standing]
        }
        return host.exposition(subject).samples
    }

    @Test func `before the first attempt there are failures from 0, and nothing else`() throws {
        let samples = try samples { _, _ in }
        let probes = samples.filter { $0.key.hasPrefix("apus_probe_") }
        #expect(probes.count == ProbeFailureReason.allCases.count + 1, "\(probes)")
        let counted = probes.filter { $0.key.hasPrefix("apus_probe_failures_total{\(Self.labels),reason=") }
        #expect(counted.count == probes.count - 1 && probes["apus_probe_overdue{\(Self.labels)}"] == "0")
        #expect(probes.values.allSatisfy { $0 == "0" })
    }

    @Test func `an answer has an age, and a probe that is down as well`() throws {
        let samples = try samples { standing, now in
            standing.isUp = false
            standing.duration = 0.25
            standing.answeredAt = now - 40_000_000_000
            standing.failures = [.timeout: 3]
        }
        #expect(samples["apus_probe_up{\(Self.labels)}"] == "0")
        #expect(samples["apus_probe_duration_seconds{\(Self.labels)}"] == "0.25")
        #expect(samples["apus_probe_age_seconds{\(Self.labels)}"].flatMap(Double.init) == 40)
        #expect(samples[#"apus_probe_failures_total{\#(Self.labels),reason="timeout"}"#] == "3")
    }

    @Test func `a name is a label of all series of its probe, and of no other`() throws {
        let host = try FixtureHost()
        var subject = try host.host()
        subject.probes = { now in
            [nil, "ldaps"].map { name in
                var standing = ProbeStanding(
                    ProbeDeclaration(
                        InstanceIdentity(service: "db", instance: "db1"), name: name,
                        .tcp(TCPTarget(host: "127.0.0.1", port: 636, tls: ProbeTLS())),
                        interval: .seconds(15), timeout: .seconds(5)), at: now.monotonic, began: 1_000_000)
                standing.isUp = name != nil
                if name != nil { standing.figures = .secured(CertificateEnds(leaf: 1_800_000_000, chain: 1_700_000_000)) }
                return standing
            }
        }
        let samples = host.exposition(subject).samples
        let named = #"service="db",instance="db1",name="ldaps",probe="tcp""#
        #expect(samples["apus_probe_up{\(Self.labels)}"] == "0" && samples["apus_probe_up{\(named)}"] == "1")
        #expect(samples[#"apus_probe_failures_total{\#(named),reason="tls"}"#] == "0")
        let ends = samples.filter { $0.key.hasPrefix("apus_probe_certificate_expiry_timestamp_seconds") }
        #expect(
            ends.mapValues { Double($0) } == [
                #"apus_probe_certificate_expiry_timestamp_seconds{\#(named),certificate="leaf"}"#: 1_800_000_000,
                #"apus_probe_certificate_expiry_timestamp_seconds{\#(named),certificate="chain"}"#: 1_700_000_000,
            ], "\(ends)")
    }

    @Test func `one that nobody asks is overdue and down, whatever its last answer was`() throws {
        let samples = try samples { standing, now in
            standing.isUp = true
            standing.endedAt = now - 60_000_000_000
            standing = standing.at(now)
        }
        #expect(samples["apus_probe_overdue{\(Self.labels)}"] == "1" && samples["apus_probe_up{\(Self.labels)}"] == "0")
    }

    @Test func `without a file there is nothing of probes`() throws {
        let host = try FixtureHost()
        let samples = host.exposition(try host.host()).samples
        #expect(!samples.keys.contains { $0.contains("apus_probe_") || $0.contains(#"source="probes""#) })
    }
}
