import Foundation
import HostTesting
import Glibc
import Testing

@Suite(.serialized, .timeLimit(.minutes(5))) struct SupervisionTests {
    @Test(arguments: [SIGTERM, SIGINT])
    func `a signal stops all processes in order, and the exit code is 0`(signal: Int32) async throws {
        let fleet = try await RunningFleet()
        let children = LinuxProcess.children(of: fleet.process.pid)
        #expect(children.count == 8)
        fleet.process.signal(signal)
        #expect(try await fleet.process.wait(.seconds(60)) == 0)
        #expect(children.allSatisfy { !$0.isRunning })
    }

    @Test func `no child outlives the fleet, even when it is killed`() async throws {
        let fleet = try await RunningFleet()
        let children = LinuxProcess.children(of: fleet.process.pid)
        #expect(children.count == 8)
        fleet.process.signal(SIGKILL)
        _ = try await fleet.process.wait(.seconds(10))
        try await eventually("all children have ended", within: .seconds(20)) { children.allSatisfy { !$0.isRunning } }
    }

    @Test func `a child that dies is started again, and its API answers`() async throws {
        let fleet = try await RunningFleet()
        try await fleet.awaitInstances()
        let victim = try fleet.pid(of: "api-2")
        kill(victim, SIGKILL)
        try await eventually("the API answers again") { (try? await HTTP.get("\(fleet.apis[1])/health/ready").status) == 200 }
        #expect(try fleet.pid(of: "api-2") != victim)
        #expect(try await fleet.stop() == 0)
    }

    @Test func `what was enqueued before a stop is delivered after the next start`() async throws {
        let folder = try TemporaryFolder()
        let offset = try RunningFleet.freeOffset()
        let arguments = ["up", "--data", folder.path("data"), "--port-offset", "\(offset)", "--poll-interval", "200ms"]
        let api = "http://127.0.0.1:\(3001 + offset)"
        var id = ""
        for round in 1...2 {
            let process = try RunningProgram(Executables.apus, arguments)
            try await eventually("the fleet is up: \(process.errors)") { process.output.contains("\nup: ") }
            if round == 1 {
                let deliverAt = ISO8601DateFormatter().string(from: Date(timeIntervalSinceNow: 6))
                let answer = try await HTTP.post(
                    "\(api)/notifications",
                    #"{"userId":"u1","channel":"log","title":"t","body":"b","deliverAt":"\#(deliverAt)"}"#)
                id = try #require(answer.object["id"] as? String, "\(answer.text)")
            } else {
                try await eventually("it is delivered") {
                    try await HTTP.get("\(api)/notifications/\(id)").object["status"] as? String == "delivered"
                }
            }
            process.signal(SIGTERM)
            #expect(try await process.wait(.seconds(60)) == 0)
        }
    }
}
