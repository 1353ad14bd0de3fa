import AgentMetrics
import ApusAgent
import ApusMetrics
import ApusReporting
import CoreMetrics
import Foundation
import SampleMetrics
import Testing

private let worker = #"service="worker",instance="worker-1""#

@Suite struct ExpositionTests {
    @Test func `what a service records is served with its labels, beside what the kernel says of it`() async throws {
        try await RunningAgent.with { agent in
            try await agent.reporting("worker", "worker-1") { factory in
                Notifications.delivered.handle(ChannelLabels(channel: .webhook), factory: factory).increment(by: 42)
                Contract.databaseConnections.handle(factory: factory).set(3)
                Queue.depth.handle(QueueStateLabels(state: .pending), factory: factory).set(17)
                let duration = Notifications.pickupDelay.handle(factory: factory)
                for seconds in [0.005, 0.3, 1000] { duration.record(seconds) }
                let samples = try await agent.get("/metrics").samples
                #expect(samples[#"notifications_delivered_total{\#(worker),channel="webhook"}"#] == "42")
                #expect(samples["database_connections_total{\(worker)}"] == "3")
                #expect(samples[#"queue_depth{\#(worker),state="pending"}"#] == "17")
                #expect(samples[#"notification_pickup_delay_seconds_bucket{\#(worker),le="0.01"}"#] == "1")
                #expect(samples[#"notification_pickup_delay_seconds_bucket{\#(worker),le="300.0"}"#] == "2")
                #expect(samples[#"notification_pickup_delay_seconds_bucket{\#(worker),le="+Inf"}"#] == "3")
                #expect(samples["notification_pickup_delay_seconds_count{\(worker)}"] == "3")
                #expect(samples["notification_pickup_delay_seconds_sum{\(worker)}"] == "1000.305")
                for name in ["worker_memory_usage_bytes", "worker_heap_usage_bytes", "service_process_resident_memory_bytes"] {
                    #expect((samples["\(name){\(worker)}"].flatMap { Double($0) } ?? 0) > 100_000, "\(name)")
                }
                #expect(samples["worker_cpu_usage_percent{\(worker)}"] != nil)
                #expect(samples["worker_uptime_seconds{\(worker)}"].flatMap { Double($0) } ?? -1 >= 0)
                #expect(samples["process_resident_memory_bytes"] != nil)
            }
        }
    }

    @Test func `every family is there once, with one TYPE line, and no series twice`() async throws {
        try await RunningAgent.with { agent in
            try await agent.reporting("worker", "worker-1") { _ in
                try await agent.reporting("api", "api-1") { factory in
                    // A service that passes its own numbers off as the agent's is not served with them.
                    Meter(label: "worker_cpu_usage_percent", factory: factory).set(987_654_321)
                    Meter(label: "process_open_fds", factory: factory).set(987_654_321)
                    Notifications.claimed.handle(factory: factory).increment()
                    let text = try await agent.get("/metrics").text
                    var types: Set<Substring> = []
                    var series: Set<Substring> = []
                    var family: Substring = ""
                    for line in text.split(separator: "\n") {
                        if line.hasPrefix("# TYPE ") {
                            family = line.split(separator: " ")[2]
                            #expect(types.insert(family).inserted, "\(line)")
                        } else if !line.hasPrefix("#") {
                            let end = try #require(line.lastIndex(of: " "))
                            #expect(series.insert(line[..<end]).inserted, "\(line)")
                            #expect(line.hasPrefix(family), "\(line)")
                        }
                    }
                    #expect(!text.contains("987654321"))
                    #expect(text.hasSuffix("\n"))
                }
            }
        }
    }

    @Test func `an expected instance that does not report is served as down, with no numbers of its own`() async throws {
        try await RunningAgent.with {
            $0.expected = [InstanceIdentity(service: "worker", instance: "worker-1")]
        } _: { agent in
            let samples = try await agent.get("/metrics").samples
            #expect(samples["apus_service_up{\(worker)}"] == "0")
            #expect(!samples.keys.contains { $0.contains(worker) && !$0.hasPrefix("apus_service_up") })
        }
    }

    @Test func `the last counts of a service that ended stay, its gauges go, and after the retention all is gone`() async throws
    {
        try await RunningAgent.with {
            $0.retention = .milliseconds(1500)
        } _: { agent in
            try await agent.reporting("worker", "worker-1") { factory in
                Notifications.claimed.handle(factory: factory).increment(by: 7)
                Contract.databaseConnections.handle(factory: factory).set(3)
                Notifications.pickupDelay.handle(factory: factory).record(1)
            }
            try await agent.until { try await agent.up("worker", "worker-1") == "0" }
            let samples = try await agent.get("/metrics").samples
            #expect(samples["notifications_claimed_total{\(worker)}"] == "7")
            #expect(samples["notification_pickup_delay_seconds_count{\(worker)}"] == "1")
            #expect(samples["database_connections_total{\(worker)}"] == nil)
            #expect(samples["worker_memory_usage_bytes{\(worker)}"] == nil)
            try await agent.until { try await agent.up("worker", "worker-1") == nil }
            #expect(try await !agent.get("/metrics").text.contains("worker-1"))
        }
    }

    @Test func `a restarted instance takes the place of the old one`() async throws {
        try await RunningAgent.with { agent in
            for count in 1...3 {
                try await agent.reporting("worker", "worker-1") { factory in
                    Notifications.claimed.handle(factory: factory).increment(by: count)
                    let text = try await agent.get("/metrics").text
                    #expect(text.contains("notifications_claimed_total{\(worker)} \(count)\n"))
                    #expect(text.components(separatedBy: "notifications_claimed_total{").count == 2)
                }
                try await agent.until { try await agent.up("worker", "worker-1") == "0" }
            }
        }
    }

    @Test func `an agent that starts anew continues every count at its true value`() async throws {
        let path = RunningAgent.temporarySocket()
        let reporter = try Reporter(service: "worker", instance: "worker-1", socketPath: path, logger: RunningAgent.logger)
        let claimed = Notifications.claimed.handle(factory: reporter.factory)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await reporter.run() }
            for round in 1...2 {
                claimed.increment(by: 100)
                try await RunningAgent.with(socketPath: path) { agent in
                    try await agent.until { try await agent.up("worker", "worker-1") == "1" }
                    claimed.increment()
                    let samples = try await agent.get("/metrics").samples
                    #expect(samples["notifications_claimed_total{\(worker)}"] == "\(101 * round)")
                }
            }
            tasks.cancelAll()
        }
    }

    @Test func `a family of another kind than the one served, or of the agent's own name, is left out and logged once`()
        async throws
    {
        let log = RecordedLog()
        try await RunningAgent.with(logger: log.logger) { agent in
            try await agent.reporting("api", "api-1") { first in
                CoreMetrics.Meter(label: "disputed", factory: first).set(1)
                CoreMetrics.Meter(label: "process_open_fds", factory: first).set(1_234_567)
                try await agent.reporting("worker", "worker-1") { second in
                    CoreMetrics.Recorder(label: "disputed", factory: second).record(1)
                    for _ in 0..<2 {
                        let text = try await agent.get("/metrics").text
                        #expect(text.contains("disputed{service=\"api\""))
                        #expect(!text.contains("disputed_bucket"))
                        #expect(!text.contains("1234567"))
                    }
                }
            }
        }
        let lines = log.lines("a reported family is not served: another one has its name or that of one of its samples")
        #expect(lines.count { $0["family"] == "disputed" && $0["instance"] == "worker/worker-1" } == 1)
        #expect(lines.count { $0["family"] == "process_open_fds" } == 1)
    }

    @Test func `of one instance the log tells so much and no more, whatever it reports and however often it is scraped`()
        async throws
    {
        let log = RecordedLog()
        // What services record as well is theirs.
        let recorded = Set(MetricCatalog.families(of: .service).map(\.name))
        let own = Set(SourceCatalog.entries.map(\.family).filter { $0.kind == .gauge && $0.labelNames.isEmpty }.map(\.name))
            .subtracting(recorded)
        #expect(own.count > 25)
        try await RunningAgent.with(logger: log.logger) { agent in
            try await agent.reporting("api", "api-1") { factory in
                for name in own { CoreMetrics.Meter(label: name, factory: factory).set(1_234_567) }
                for _ in 0..<3 {
                    let text = try await agent.get("/metrics").text
                    #expect(!text.contains("1234567"))
                }
            }
        }
        let named = log.lines("a reported family is not served: another one has its name or that of one of its samples")
        #expect(named.count == 20 && Set(named.map { $0["family"] }).count == 20)
        #expect(log.lines("more reported families of an instance are not served; they are not named").count == 1)
    }

    @Test func `what a service could not register is served by family`() async throws {
        try await RunningAgent.with { agent in
            try await agent.reporting("worker", "worker-1", seriesLimit: 20) { factory in
                for number in 0..<100 {
                    CoreMetrics.Meter(label: "many", dimensions: [("number", "\(number)")], factory: factory).set(1)
                }
                let samples = try await agent.get("/metrics").samples
                let served = samples.keys.count { $0.hasPrefix("many{") }
                let dropped = samples["apus_service_family_series_dropped_total{\(worker),family=\"many\"}"]
                #expect(served < 20)
                #expect(dropped == "\(100 - served)")
            }
        }
    }

    @Test func `the beginning of counts is served where it was asked for`() async throws {
        for isAsked in [false, true] {
            try await RunningAgent.with {
                $0.createdSeries = isAsked
            } _: { agent in
                try await agent.reporting("worker", "worker-1") { factory in
                    Notifications.claimed.handle(factory: factory).increment()
                    let samples = try await agent.get("/metrics?format=openmetrics").samples
                    let created = samples["notifications_claimed_created{\(worker)}"].flatMap { Double($0) }
                    #expect((created != nil) == isAsked)
                    if let created { #expect(abs(created - Date().timeIntervalSince1970) < 60) }
                }
            }
        }
    }

    @Test func `series past the agent's limit are not served, and both the number and the log say so`() async throws {
        let log = RecordedLog()
        try await RunningAgent.with({ $0.seriesLimit = 10 }, logger: log.logger) { agent in
            try await agent.reporting("worker", "worker-1") { factory in
                for number in 0..<200 {
                    CoreMetrics.Meter(label: "many", dimensions: [("number", "\(number)")], factory: factory).set(1)
                }
                let labels = "{service=\"worker\",instance=\"worker-1\"}"
                try await agent.until { try await agent.get("/metrics").samples["apus_service_series_unread" + labels] != "0" }
                let samples = try await agent.get("/metrics").samples
                // Of the ten, some are the reporter's own.
                let served = samples.keys.count { $0.hasPrefix("many{") }
                #expect(served <= 10)
                let unread = try #require(samples["apus_service_series_unread" + labels].flatMap { Int($0) })
                #expect(served + unread >= 200)
                #expect(
                    log.lines(
                        "series of an instance are not served: 10 series of one instance are the most; bound the label with many values, "
                            + "or raise --series-limit"
                    ).count == 1)
            }
        }
    }

    @Test func `a label or help with a NUL breaks no scrape`() async throws {
        try await RunningAgent.with { agent in
            try await agent.reporting("worker", "worker-1") { factory in
                CoreMetrics.Counter(label: "odd", dimensions: [("name", "a\0b")], factory: factory).increment()
                let page = try await agent.get("/metrics")
                #expect(page.samples["odd_total{service=\"worker\",instance=\"worker-1\",name=\"a\u{FFFD}b\"}"] == "1")
                #expect(!page.text.utf8.contains(0))
            }
        }
    }

    @Test func `services that disagree on the kind of a family do not break the exposition`() async throws {
        try await RunningAgent.with { agent in
            try await agent.reporting("a", "a-1") { first in
                CoreMetrics.Counter(label: "things_total", factory: first).increment(by: 3)
                try await agent.reporting("b", "b-1") { second in
                    Meter(label: "things_total", factory: second).set(5)
                    let samples = try await agent.get("/metrics").samples
                    #expect(samples[#"things_total{service="a",instance="a-1"}"#] == "3")
                    #expect(samples[#"things_total{service="b",instance="b-1"}"#] == nil)
                }
            }
        }
    }
}
