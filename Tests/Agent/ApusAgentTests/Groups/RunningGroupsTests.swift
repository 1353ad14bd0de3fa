import ApusAgent
import Foundation
import Glibc
import HostTesting
import Testing

/// Groups as a scrape of a whole agent has them.
@Suite(.timeLimit(.minutes(3))) struct RunningGroupsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A group whose only process is the one with this number.
    private func name(_ pid: Int32, as service: String, instance: String? = nil) throws {
        try folder.write("\(pid)\n", to: "\(service).pid")
        try folder.write(
            """
            groups:
              - service: \(service)
                instance: \(instance ?? service)
                match: { pid_file: '\(folder.path("\(service).pid"))' }
                descendants: false
            """, to: "watch.yaml")
    }

    @Test func `an agent serves what its file names, what it names after a reload, and what it named before a faulty one`()
        async throws
    {
        try name(getpid(), as: "shop")
        try await RunningAgent.with {
            $0.watchFile = folder.path("watch.yaml")
        } _: { [self] agent in
            let shop = #"{service="shop",instance="shop"}"#
            let samples = try await agent.get("/metrics").samples
            #expect(samples["apus_service_up\(shop)"] == "1")
            #expect(samples["service_processes_started_total\(shop)"] == "1")
            #expect(samples["service_process_resident_memory_bytes\(shop)"].flatMap { Int($0) } ?? 0 > 1 << 20)
            #expect(samples["apus_source_up{source=\"processes\"}"] == "1")
            try name(getpid(), as: "market")
            agent.reload()
            try await agent.until {
                try await agent.get("/metrics").samples[#"apus_service_up{service="market",instance="market"}"#] == "1"
            }
            try folder.write("groups: [{ servce: x }]\n", to: "watch.yaml")
            agent.reload()
            let after = try await agent.get("/metrics").samples
            #expect(after[#"apus_service_up{service="market",instance="market"}"#] == "1")
        }
    }

    @Test func `an agent does not start with a file that is at fault`() async throws {
        try folder.write("groups: [{ servce: x }]\n", to: "watch.yaml")
        let error = await #expect(throws: AgentError.self) {
            try await RunningAgent.with {
                $0.watchFile = folder.path("watch.yaml")
            } _: { _ in
            }
        }
        #expect(error?.description.contains("watch.yaml:1:12: ") == true, "\(error?.description ?? "")")
    }

    @Test func `who reports and is matched is one subject, with the sums of the group`() async throws {
        try name(getpid(), as: "worker", instance: "worker-1")
        try await RunningAgent.with {
            $0.watchFile = folder.path("watch.yaml")
        } _: { agent in
            try await agent.reporting("worker", "worker-1") { _ in
                // The group alone is up as well, before the report is taken.
                try await agent.until {
                    let text = try await agent.get("/metrics").text
                    return text.contains("service_processes_started_total{") && text.contains("apus_service_series{")
                }
                let lines = try await agent.get("/metrics").text.split(separator: "\n").filter { !$0.hasPrefix("#") }
                let names = lines.compactMap { $0.split(separator: " ").first }
                #expect(Set(names).count == names.count)
                for family in ["apus_service_up", "apus_service_series", "service_process_threads", "worker_uptime_seconds"] {
                    #expect(names.contains(#"\#(family){service="worker",instance="worker-1"}"#[...]), "\(family)")
                }
                // The group has what children have used in it.
                #expect(!names.contains { $0.hasPrefix("service_process_children_cpu_seconds_total{") })
            }
        }
    }
}
