import ApusMetrics
import ApusPromQL
import ApusTopology
import AgentMetrics
import Testing

@Suite struct `Validation of objectives and limits` {
    private static func rate(_ long: Int, _ short: Int, _ factor: Double) -> [BurnRate] {
        [BurnRate(longWindow: .seconds(long), shortWindow: .seconds(short), factor: factor, severity: .high)]
    }

    private static func orders(_ rates: [BurnRate], target: Double = 0.99, line: Int = #line) -> Objective {
        Objective(
            "orders", of: "api", target: target,
            indicator: .failures(
                bad: [HTTPServer.requestDuration.series.countSelector], total: [HTTPServer.requestDuration.series.countSelector]
            ),
            burnRates: rates, line: line)
    }

    static let objectives: [FaultyFleet] = [
        FaultyFleet(
            "objective shop-availability is about “shop”, which is no service: name one of the fleet",
            line: #line, FaultyFleet.api { Objective.availability(of: "shop", 0.99) }),
        FaultyFleet(
            "objective api-availability has the target 99.9: write 0.999 for 99.9 %",
            line: #line, FaultyFleet.api { Objective.availability(of: "api", 99.9) }),
        FaultyFleet(
            "objective api-availability has the target 1: write a share between 0 and 1, as 0.999",
            line: #line, FaultyFleet.api { Objective.availability(of: "api", 1) }),
        FaultyFleet(
            """
            objective api-availability cannot burn 14.4 times as fast as allowed, even if everything fails: raise the target or \
            take a factor below 10
            """,
            line: #line, FaultyFleet.api { Objective.availability(of: "api", 0.9) }),
        FaultyFleet(
            "objective api-latency has the bound 0.3, which http_server_request_duration_seconds does not count: take 0.25 or 0.5",
            line: #line, FaultyFleet.api { Objective.latency(of: "api", 0.99, below: 0.3) }),
        FaultyFleet(
            "objective api-latency has the bound 60, which http_server_request_duration_seconds does not count: take 10",
            line: #line, FaultyFleet.api { Objective.latency(of: "api", 0.99, below: 60) }),
        FaultyFleet(
            """
            objective worker-availability counts http_server_request_duration_seconds, which worker does not record: name a \
            service that records .requests, or add that to its records
            """,
            line: #line, FaultyFleet.fleet { Objective.availability(of: "worker", 0.99) }),
        FaultyFleet(
            """
            objective api-availability holds over 30d, but Prometheus keeps 15d: lengthen Scraping.retention or shorten the \
            period
            """,
            line: #line + 2,
            FaultyFleet.api {
                Objective.availability(of: "api", 0.99)
                Scraping(retention: .seconds(15 * 86_400))
            }),
        FaultyFleet(
            "objective api-availability has a window of 3d, longer than its period of 2d: shorten it",
            line: #line, FaultyFleet.api { Objective.availability(of: "api", 0.99, period: .seconds(2 * 86_400)) }),
        FaultyFleet(
            "objective name “api-availability” is taken at ApusTopologyTests/ObjectiveFaultTests.swift:\(#line + 3): choose another",
            line: #line + 3,
            FaultyFleet.api {
                Objective.availability(of: "api", 0.99)
                Objective.availability(of: "api", 0.999)
            }),
        FaultyFleet(
            "objective orders has no burn rate, so that nothing alerts on it: declare one",
            line: #line, FaultyFleet.api { orders([]) }),
        FaultyFleet(
            "objective orders has a short window that is not shorter than the long one (5m and 5m): swap or change them",
            line: #line, FaultyFleet.api { orders(rate(300, 300, 2)) }),
        FaultyFleet(
            "objective orders has a window of 59s, which holds less than four scrapes or evaluations: take at least 1m",
            line: #line, FaultyFleet.api { orders(rate(300, 59, 2)) }),
        FaultyFleet(
            "objective orders has a burn rate of 0: it must be above 0",
            line: #line, FaultyFleet.api { orders(rate(3600, 300, 0)) }),
    ]

    static let thresholds: [FaultyFleet] = [
        FaultyFleet(
            "the threshold cpuPercent is 0.7 % of a core: write percents, as 70 for 70 %",
            line: #line, FaultyFleet.fleet { Thresholds(.cpuPercent(0.7, .high)) }),
        FaultyFleet(
            "the threshold memory is 512 bytes, less than any process takes: write .mebibytes(512) if those are meant",
            line: #line, FaultyFleet.fleet { Thresholds(.memory(.bytes(512), .high)) }),
        FaultyFleet(
            "the threshold abandonedCarts is 5.0: it must be between 0 and 1, as 0.01 for one percent",
            line: #line, FaultyFleet.fleet { Thresholds(.abandonedCarts(5, .high)) }),
        FaultyFleet(
            "the threshold abandonedCarts is nan: it must be between 0 and 1, as 0.01 for one percent",
            line: #line, FaultyFleet.fleet { Thresholds(.abandonedCarts(.nan, .high)) }),
        FaultyFleet(
            "the threshold brokerDepth is 0.0: it must be above 0",
            line: #line, FaultyFleet.fleet { Thresholds(.brokerDepth(0, .high)) }),
        FaultyFleet(
            "the threshold checkoutTime is 0.0 seconds: it must be from 1ms to 365d, in whole milliseconds",
            line: #line, FaultyFleet.fleet { Thresholds(.checkoutTime(.zero, .high)) }),
        FaultyFleet(
            """
            the threshold checkoutTime of 10s is not below the last bound of http_server_request_duration_seconds, 10 s, so that its \
            alert could not fire: lower it
            """,
            line: #line, FaultyFleet.fleet { Thresholds(.checkoutTime(.seconds(10), .high)) }),
    ]

    static let surroundings: [FaultyFleet] = [
        FaultyFleet(
            "the retention is 60.0 seconds: it must be from 2h to 3660d, in whole milliseconds",
            line: #line, FaultyFleet.fleet { Scraping(retention: .seconds(60)) }),
        FaultyFleet(
            "the sample limit is 0.0: it must be above 0",
            line: #line, FaultyFleet.fleet { Scraping(sampleLimit: 0) }),
        FaultyFleet(
            "cluster name “north east” is illegal: use 1 to 63 of a-z, 0-9 and hyphens, with a letter first and no hyphen last",
            line: #line, FaultyFleet.fleet { Scraping(cluster: "north east") }),
        FaultyFleet(
            "samples are sent on to “example.org”: write a URL with http:// or https:// and a host",
            line: #line, FaultyFleet.fleet { Scraping(remoteWrite: [RemoteWrite(url: "example.org")]) }),
        FaultyFleet(
            "samples are sent on to http://example.org with a user or a password alone: give both, or neither",
            line: #line, FaultyFleet.fleet { Scraping(remoteWrite: [RemoteWrite(url: "http://example.org", user: "f")]) }),
        FaultyFleet(
            "the registry “Example.org/” is illegal: write it as registry.example.org/team, in lower case",
            line: #line, FaultyFleet.fleet { Containers(registry: "Example.org/") }),
        FaultyFleet(
            "the tag “-1” is no image tag: use 1 to 128 letters, digits and . _ -, no . or - first",
            line: #line, FaultyFleet.fleet { Containers(tag: "-1") }),
        FaultyFleet(
            "the tag “latest” names another image tomorrow: write the version, so that each start has the same",
            line: #line, FaultyFleet.fleet { Containers(tag: "latest") }),
        FaultyFleet(
            "the digest of redis is none: write sha256: and 64 of 0-9 and a-f, as docker buildx imagetools inspect tells",
            line: #line, FaultyFleet.fleet { Containers(digests: ["redis": "sha256:12"]) }),
        FaultyFleet(
            "namespace name “a_b” is illegal: use 1 to 63 of a-z, 0-9 and hyphens, with a letter first and no hyphen last",
            line: #line, FaultyFleet.fleet { Containers(namespace: "a_b") }),
        FaultyFleet(
            "worker has 1 instances and is scaled between 2 and 3: both bounds must be above 0 and include its number",
            line: #line + 2,
            Fleet("f") {
                FleetService("worker", role: .worker, scaling: Scaling(minimum: 2, maximum: 3)) {
                    Instance("worker-1", metricsPort: 9091)
                }
            }),
        FaultyFleet(
            "the health path “ready” of worker is illegal: begin it with a slash and use letters, digits and . _ - ~ /",
            line: #line + 2,
            Fleet("f") {
                FleetService("worker", role: .worker, health: HealthPaths(ready: "ready")) {
                    Instance("worker-1", metricsPort: 9091)
                }
            }),
        FaultyFleet(
            "Prometheus 2.41 is older than 2.42, the oldest that files are written for: update it",
            line: #line, FaultyFleet.fleet { ToolVersions(prometheus: ToolVersion(2, 41)) }),
    ]

    @Test(arguments: objectives + thresholds + surroundings)
    func `one fault is told with its place in the source and the remedy`(faulty: FaultyFleet) throws {
        try faulty.expectOnlyFault()
    }

    @Test func `an agent that must serve more series than a target may have is told`() throws {
        func fleet(_ placement: AgentPlacement) -> Fleet {
            Fleet("f") {
                FleetService("worker", role: .worker, records: [.requests, .pool]) {
                    for number in 1...10 { Instance("worker-\(number)", metricsPort: 9200 + number) }
                }
                Agents(placement)
                Scraping(sampleLimit: 500)
            }
        }
        let fault = try #require(fleet(.perHost).faults.first)
        // What the agent makes of each instance, the buckets, sum and count of requests and waits, and what else is recorded.
        let perInstance =
            MetricCatalog.families(of: .instance).count
            + (HTTPServer.families + ConnectionPool.families).reduce(0) { sum, family in
                sum + (family.kind == .histogram ? family.buckets.count + 3 : 1)
            }
        #expect(fault.description.contains("an agent serves at least \(perInstance * 10) series"))
        #expect(fault.description.contains("a target with more than 500 is not taken: raise the sampleLimit"))
        #expect(fleet(.besideEachInstance).faults == [])
    }
}
