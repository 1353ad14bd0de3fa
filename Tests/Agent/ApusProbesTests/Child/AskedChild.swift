import ApusProbes
import HostTesting
import NIOCore
import NIOPosix

/// A probe that asks by a child of the built agent, on an event loop of the test's own.
final class AskedChild: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let asking: NIOLoopBoundBox<ChildAsking?>

    static let program = BuiltProgram.path("apus-agent")

    init(_ make: @escaping @Sendable (any EventLoop, _ program: String) -> ChildAsking) throws {
        let loop = group.next()
        asking = try loop.submit { NIOLoopBoundBox(make(loop, Self.program), eventLoop: loop) }.wait()
    }

    deinit {
        // Its child ends with it.
        _ = try? asking.eventLoop.submit { [asking] in asking.value = nil }.wait()
        group.shutdownGracefully { _ in }
    }

    func ask(within timeout: TimeAmount = .seconds(5)) async throws -> Result<ProbeFigures, ProbeFailure> {
        try await asking.eventLoop.flatSubmit { [asking] in
            asking.value?.ask(until: .now() + timeout) ?? asking.eventLoop.makeFailedFuture(ChannelError.eof)
        }.get()
    }

    func cancel() async throws { try await asking.eventLoop.submit { [asking] in asking.value?.cancel() }.get() }

    /// The child's process id; nil where none is there.
    func childID() async throws -> Int32? { try await asking.eventLoop.submit { [asking] in asking.value?.childID }.get() }

    static func postgresql(_ target: PostgreSQLTarget) throws -> AskedChild {
        try AskedChild { ChildAsking(target, on: $0, program: $1) }
    }

    static func pgbouncer(_ target: PgBouncerTarget) throws -> AskedChild {
        try AskedChild { ChildAsking(target, on: $0, program: $1) }
    }

    static func sql(_ target: SQLTarget) throws -> AskedChild {
        try AskedChild { ChildAsking(target, on: $0, program: $1) }
    }

    static func file(_ path: String) throws -> AskedChild {
        try AskedChild { ChildAsking(FileTarget(path: path), on: $0, program: $1) }
    }
}

extension Result where Success == ProbeFigures, Failure == ProbeFailure {
    var failure: ProbeFailure? { if case .failure(let failure) = self { failure } else { nil } }
    var postgresql: PostgreSQLFigures? { if case .success(.postgresql(let figures)) = self { figures } else { nil } }
    var pgbouncer: PgBouncerFigures? { if case .success(.pgbouncer(let figures)) = self { figures } else { nil } }
    var gauges: [SQLFigures.Gauge]? { if case .success(.gauges(let figures)) = self { figures.gauges } else { nil } }
    var file: FileFigures? { if case .success(.file(let figures)) = self { figures } else { nil } }
}
