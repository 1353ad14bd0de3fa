import ApusAgent
import ApusText
import Testing

/// Reports at the path of a Pushgateway.
@Suite struct PushgatewayPathTests {
    private static func with(_ body: @escaping @Sendable (RunningAgent) async throws -> Void) async throws {
        try await RunningAgent.with {
            $0.reportListen = [ListenPlace(ListenAddress(host: "127.0.0.1", port: 0))]
        } _: {
            try await body($0)
        }
    }

    @Test func `a Pushgateway's path is one too`() async throws {
        try await Self.with { agent in
            #expect(try await agent.report("/metrics/job/shop/instance/shop-1", "x 1\n").status == 204)
            #expect(try await agent.report("/metrics/job/batch", "x 2\n").status == 204)
            #expect(try await agent.report("/metrics/job/shop/zone/b", "x 1\n").status == 404)
            let samples = try await agent.get("/metrics").samples
            #expect(
                samples[#"x{service="shop",instance="shop-1"}"#] == "1"
                    && samples[#"x{service="batch",instance="batch"}"#] == "2")
        }
    }

    @Test func `values in a Pushgateway's path may be in base64`() async throws {
        try await Self.with { agent in
            // "n s" with "a/b", "Käse" with "=", and an empty one.
            for path in [
                "job@base64/biBz/instance@base64/YS9i", "job@base64/S8Okc2U=/instance@base64/PQ", "job/plain/instance@base64/=",
                "job@base64/S8Okc2U", "job/n+s%2B/instance/n%20s",
            ] {
                #expect(try await agent.report("/metrics/\(path)", "x 1\n").status == 204, "\(path)")
            }
            for (path, status) in [
                ("job@base64/=", 400), ("job@base64/a", 400), ("job@base64/a+b=", 400), ("job@base64/_w", 400),
                ("job@base64/YS9i/zone@base64/Yg", 404), ("job@base32/YS9i", 404), ("job@base64/YS9i/instance", 404),
                ("job/a%2Fb", 400),
            ] {
                #expect(try await agent.report("/metrics/\(path)", "x 1\n").status == status, "\(path)")
            }
            let samples = try await agent.get("/metrics").samples
            for (service, instance) in [("n s", "a_b"), ("Käse", "="), ("plain", "plain"), ("Käse", "Käse"), ("n s+", "n s")] {
                #expect(samples["x{service=\"\(service)\",instance=\"\(instance)\"}"] == "1", "\(service) \(instance)")
            }
        }
    }
}
