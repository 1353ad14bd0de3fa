import AgentMetrics
import ApusPromQL
package import ApusTopology

/// Fleets that differ in what they are alerted on.
package enum AlertFleets {
    package static let all =
        FleetEnvironment.allCases.map { shopFleet().varied(for: $0) } + [
            smallest, own, pagedFleet, probedFleet, heapFleet, found, page,
        ]

    /// Nothing but a service that records nothing.
    package static let smallest = Fleet("least", environment: .development) {
        FleetService("job", role: .worker, records: []) { Instance("job-1", metricsPort: 9091) }
    }

    /// Nothing but groups under names that their commands have, of which nothing else is known.
    private static let found = Fleet("found") {
        FleetService(
            "jobs", runtime: .other, found: [ProcessMatch(command: #"^/srv/jobs/(?<job>\w+)"#)], named: "jobs-${job}")
    }

    /// Nothing but the page of a service that nobody sees.
    private static let page = Fleet("page") {
        FleetService("legacy", runtime: .other, found: [], page: MetricsPage()) { Instance("legacy-1", metricsPort: 9131) }
    }

    package static let own = with(inputs: [])

    package static func with(inputs: [AlertInput]) -> Fleet {
        Fleet("own") {
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            Alert(
                "ManyThreads",
                when: ServiceProcess.threads.series.matching(.service, "worker").value.max(by: .service) > 200, severity: .low,
                labels: ["team": "core"], summary: "A process has many threads.",
                description: "A process of \(.service) has \(value: .decimals(0)) threads.",
                runbook: Runbook(
                    meaning: "Threads are made and do not end.", impact: "Memory for their stacks.",
                    actions: ["`ls /proc/PID/task | wc -l`"]),
                inputs: inputs)
        }
    }
}
