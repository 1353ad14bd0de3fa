import ClusterSupervisor
import Glibc
import HostTesting
import Logging
import Testing

@Suite(.timeLimit(.minutes(2))) struct `A fleet that cannot be brought up` {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func failure(_ stages: [[ChildSpecification]]) async throws -> (ChildStartFailure, RunningFleet) {
        let fleet = try RunningFleet(stages, in: folder)
        guard case .failure(let error) = await fleet.result else {
            throw MissingValue(description: "the fleet did not fail")
        }
        return (try #require(error as? ChildStartFailure), fleet)
    }

    @Test func `a child that ends before it is ready fails the start with its last words, and the rest is stopped`()
        async throws
    {
        let never = ReadinessCheck { false }
        let (failure, fleet) = try await failure([
            [.shell("agent", wellBehaved)],
            [.shell("api", "echo starting; echo 'port 3001 is taken' >&2; exit 64", readiness: never)],
            [.shell("worker", wellBehaved)],
        ])
        #expect(failure.child == "api")
        #expect(failure.exit == .exited(code: 64))
        #expect(failure.lastLine == "port 3001 is taken")
        #expect(failure.description.contains(folder.path("logs/api.log")))
        #expect(!isRunning(try await fleet.pids(of: "agent", count: 1)[0]))
        #expect(fleet.kinds(of: "worker").isEmpty)
        #expect(fleet.kinds(of: "api").filter { if case .started = $0 { true } else { false } }.count == 1)
    }

    @Test func `the last words are of this run, not of one before`() async throws {
        let never = ReadinessCheck { false }
        _ = try await failure([[.shell("api", "echo old; exit 1", readiness: never)]])
        let (failure, _) = try await failure([[.shell("api", "exit 1", readiness: never)]])
        #expect(failure.lastLine == nil)
    }

    @Test func `a child that is not ready in time is ended`() async throws {
        let late = ReadinessCheck(deadline: .milliseconds(100)) { false }
        let (failure, fleet) = try await failure([[.shell("agent", wellBehaved, readiness: late)]])
        #expect(failure.exit == .signalled(SIGTERM))
        #expect(fleet.kinds(of: "agent").contains(.overdue(deadline: .milliseconds(100))))
        #expect(!isRunning(try await fleet.pids(of: "agent", count: 1)[0]))
    }

    @Test func `an executable that is missing is named`() async throws {
        let (failure, _) = try await failure([[ChildSpecification(name: "agent", executable: "/nowhere/apus-agent")]])
        #expect(failure.description.contains("/nowhere/apus-agent"))
        #expect(failure.description.contains("No such file"))
    }

    @Test func `a log folder that cannot be made is named`() throws {
        let nowhere = folder.path("missing/logs")
        #expect(throws: SupervisorError.logFolder(path: nowhere, reason: "No such file or directory")) {
            _ = try Supervisor(stages: [], logFolder: nowhere, logger: .init(label: "test"))
        }
    }
}
