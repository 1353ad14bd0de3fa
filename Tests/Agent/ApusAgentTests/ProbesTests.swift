import AgentMetrics
import ApusAgent
import ApusMetrics
import ApusProbes
import Foundation
import Glibc
import HostTesting
import Testing

/// Probes of a whole agent.
@Suite(.timeLimit(.minutes(2))) struct ProbesTests {
    private static func labels(_ instance: String, _ more: String = "") -> String {
        #"service="api",instance="\#(instance)",probe="tcp"\#(more)"#
    }

    private static func probe(_ instance: String, _ port: Int, _ more: String = "") -> String {
        "  - { service: api, instance: \(instance), every: 1s, timeout: 500ms, tcp: '127.0.0.1:\(port)'\(more) }\n"
    }

    private static func write(_ text: String, _ path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    @Test func `a probe says up or down, age and duration, and every reason of failure from 0`() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/agent.yaml"
        let (up, down) = (try LoopbackPort.free(), try LoopbackPort.free())
        let listener = try OccupiedPort(up)
        try Self.write("probes:\n" + Self.probe("up", up) + Self.probe("down", down), path)
        try await RunningAgent.with({ $0.watchFile = path }) { agent in
            try await eventually("the probes are as they should be") {
                let samples = try await agent.get("/metrics").samples
                return samples["apus_probe_up{\(Self.labels("up"))}"] == "1"
                    && samples["apus_probe_up{\(Self.labels("down"))}"] == "0"
            }
            let samples = try await agent.get("/metrics").samples
            #expect(samples["apus_probe_age_seconds{\(Self.labels("up"))}"].flatMap(Double.init).map { $0 < 5 } == true)
            #expect(samples["apus_probe_age_seconds{\(Self.labels("down"))}"] == nil)
            for instance in ["up", "down"] {
                let duration = samples["apus_probe_duration_seconds{\(Self.labels(instance))}"].flatMap(Double.init)
                #expect(duration.map { $0 < 1 } == true)
                for reason in ProbeFailureReason.allCases {
                    let labels = Self.labels(instance, #",reason="\#(reason.rawValue)""#)
                    let value = samples["apus_probe_failures_total{\(labels)}"].flatMap(Int.init)
                    if instance == "down", reason == .connection {
                        #expect(value ?? 0 >= 1)
                    } else {
                        #expect(value == 0)
                    }
                }
            }
        }
        _ = listener
    }

    @Test func `at a reload probes that stay keep their counts, and a file at fault changes nothing`() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/agent.yaml"
        let (one, other) = (try LoopbackPort.free(), try LoopbackPort.free())
        try Self.write("groups: []\n", path)
        try await RunningAgent.with({ $0.watchFile = path }) { agent in
            @Sendable func failures(_ instance: String) async throws -> Int? {
                let labels = Self.labels(instance, #",reason="connection""#)
                return try await agent.get("/metrics").samples["apus_probe_failures_total{\(labels)}"].flatMap(Int.init)
            }
            #expect(try await failures("a") == nil)
            try Self.write("probes:\n" + Self.probe("a", one) + Self.probe("b", one), path)
            agent.reload()
            try await eventually("the probes are as they should be") { try await failures("a") ?? 0 >= 2 }
            let before = try await failures("a") ?? 0
            try Self.write("probes:\n" + Self.probe("a", one) + Self.probe("c", other), path)
            agent.reload()
            try await eventually("the probes are as they should be") { try await failures("c") ?? 0 >= 1 }
            #expect(try await failures("a") ?? 0 >= before)
            #expect(try await failures("b") == nil)
            try Self.write("probes:\n" + Self.probe("a", 0), path)
            agent.reload()
            let kept = try await failures("c") ?? 0
            try await eventually("the probes are as they should be") { try await failures("c") ?? 0 > kept }
            try Self.write("probes: []\ngroups: []\n", path)
            agent.reload()
            try await eventually("the probes are as they should be") { try await failures("c") == nil }
        }
    }

    @Test func `an agent whose probes hang stops within two seconds, and is scraped meanwhile`() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/agent.yaml"
        let port = try LoopbackPort.free()
        let listener = try OccupiedPort(port)
        let held = (0..<8).map { _ in LoopbackPort.hanging(port) }
        try Self.write(
            "probes:\n" + (0..<100).map { Self.probe("i\($0)", port).replacing("500ms", with: "1s") }.joined(), path)
        let clock = ContinuousClock()
        let stopping = StopTime()
        try await RunningAgent.with({ $0.watchFile = path }) { agent in
            try await eventually("the probes are as they should be") {
                try await agent.get("/metrics").samples.contains { $0.key.hasPrefix("apus_probe_up") && $0.value == "0" }
            }
            await stopping.begin(clock.now)
        }
        let begun = await stopping.begun
        #expect(begun.map { $0.duration(to: clock.now) < .seconds(2) } == true)
        for descriptor in held { close(descriptor) }
        _ = listener
    }

    private actor StopTime {
        private(set) var begun: ContinuousClock.Instant?
        func begin(_ instant: ContinuousClock.Instant) { begun = instant }
    }
}

extension LoopbackPort {
    /// A connection that is not waited for.
    fileprivate static func hanging(_ port: Int) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        _ = connect(descriptor, to: port)
        return descriptor
    }
}
