import Foundation
import Glibc
import HostTesting
import Testing

@Suite(.timeLimit(.minutes(2))) struct `A second SIGTERM` {
    @Test func `ends an API at once that drains`() async throws {
        let folder = try TemporaryFolder()
        let port = try LoopbackPort.free()
        let api = try RunningProgram(
            Executables.apus,
            [
                "api", "--instance", "api-1", "--data", folder.path, "--port", "\(port)", "--drain-delay", "1h", "--log",
                "stderr",
            ])
        try await eventually("it listens") { LoopbackPort.answers(port) }
        api.signal(SIGTERM)
        try await eventually("it drains") { api.errors.contains("draining") }
        #expect(api.isRunning)
        api.signal(SIGTERM)
        #expect(try await api.wait(.seconds(10)) == 128 + SIGTERM)
    }

    @Test(arguments: ["2h", "1000000d"]) func `is not all that ends a drain: its delay has a bound`(delay: String) async throws
    {
        let result = try await Command.runApart(
            Executables.apus, ["api", "--instance", "api-1", "--data", "/", "--drain-delay", delay])
        #expect(result.status == 64)
        #expect(result.errors.contains("--drain-delay"), "\(result.errors)")
    }
}
