import HostTesting
import ServerTesting
import Testing

/// What a test says when its servers are not as it needs them.
@Suite struct ServerFailureTests {
    @Test func `a program that is not there is told with its package`() throws {
        let error = #expect(throws: ServerFailure.self) { try ServerTool.run("no-such-program", [], of: "no-such-package") }
        #expect(error?.description.contains("install the package no-such-package") == true)
    }

    @Test func `a server that ends before it serves is told with its log`() throws {
        let error = #expect(throws: ServerFailure.self) { try RedisServer(configuration: "no-such-directive yes") }
        #expect(error?.description.contains("redis-server ended") == true)
        #expect(error?.description.contains("no-such-directive") == true)
    }

    @Test func `a stopped server listens no longer`() throws {
        let redis = try RedisServer()
        #expect(LoopbackPort.answers(redis.port))
        redis.stop()
        #expect(!LoopbackPort.answers(redis.port))
        redis.stop()
    }
}
