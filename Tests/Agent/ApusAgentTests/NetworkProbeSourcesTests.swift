import AgentMetrics
import ApusAgent
import Foundation
import HostTesting
import ServerTesting
import Testing

/// What an agent serves of servers that it asks over the network.
@Suite(.timeLimit(.minutes(2))) struct NetworkProbeSourcesTests {
    @Test func `figures of a Redis, and the answer of a service that is not well`() async throws {
        let redis = try ServerTesting.RedisServer(configuration: "maxmemory 3mb\nsave \"\"")
        defer { redis.stop() }
        let port = try LoopbackPort.free()
        let nginx = try NginxServer(port: port) { folder in
            """
            events {}
            http { access_log off; \(NginxServer.temporaryPaths(in: folder))
              server { listen 127.0.0.1:\(port); default_type application/json; location / { return 503 '{"status":"DOWN"}'; } }
            }
            """
        }
        defer { nginx.stop() }
        let folder = try TemporaryFolder()
        try folder.write(
            """
            probes:
              - { service: cache, every: 1s, redis: '127.0.0.1:\(redis.port)' }
              - { service: api, every: 1s, http: 'http://127.0.0.1:\(port)/health?key=SECRET' }
            """, to: "agent.yaml")
        let cache = #"service="cache",instance="cache""#
        let api = #"service="api",instance="api""#
        try await RunningAgent.with({ $0.watchFile = folder.path("agent.yaml") }) { agent in
            try await eventually("both are asked") {
                let samples = try await agent.get("/metrics").samples
                return samples["apus_probe_up{\(cache),probe=\"redis\"}"] == "1"
                    && samples["apus_probe_up{\(api),probe=\"http\"}"] == "0"
            }
            let answer = try await agent.get("/metrics")
            let samples = answer.samples
            #expect(samples["redis_server_memory_limit_bytes{\(cache)}"] == "3145728")
            #expect(samples["redis_server_clients{\(cache),state=\"connected\"}"] == "1")
            #expect(samples["redis_server_role{\(cache),role=\"master\"}"] == "1")
            #expect(samples["redis_server_evicted_keys_total{\(cache)}"] == "0")
            #expect(samples["http_health_status_code{\(api)}"] == "503")
            #expect(samples["http_health_state{\(api),status=\"fail\"}"] == "1")
            #expect(samples["http_health_phase_seconds{\(api),phase=\"first_byte\"}"] != nil)
            #expect(!answer.text.contains("SECRET"))
            // Of a server that is gone nothing is served as if it were fresh.
            redis.stop()
            nginx.stop()
            try await eventually("both are gone") {
                let samples = try await agent.get("/metrics").samples
                return samples["apus_probe_up{\(cache),probe=\"redis\"}"] == "0"
                    && samples["redis_server_memory_limit_bytes{\(cache)}"] == nil
                    && samples["http_health_status_code{\(api)}"] == nil
            }
        }
    }
}
