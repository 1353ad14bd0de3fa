import ApusProbes
import Foundation
import HostTesting
import NIOCore
import NIOPosix
import Testing

/// A probe on an event loop of its own, asked when a test says so.
final class AskedServer: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let asking: NIOLoopBound<any ProbeAsking>

    init(_ target: ProbeTarget) throws {
        let surroundings = ProbeSurroundings(on: group.next())
        asking = try group.next().submit {
            NIOLoopBound(target.asking(in: surroundings), eventLoop: surroundings.loop)
        }.wait()
    }

    deinit { group.shutdownGracefully { _ in } }

    /// Asks once.
    func ask(within limit: Duration = .seconds(10)) async throws -> Result<ProbeFigures, ProbeFailure> {
        try await group.next().flatSubmit { [asking] in asking.value.ask(until: .now() + TimeAmount(limit)) }.get()
    }

    /// Begins an attempt, and gives it up after a while.
    func askAndCancel(after pause: Duration) async throws -> Result<ProbeFigures, ProbeFailure> {
        let asked = group.next().flatSubmit { [asking] in asking.value.ask(until: .now() + .seconds(30)) }
        _ = group.next().scheduleTask(in: TimeAmount(pause)) { [asking] in asking.value.cancel() }
        return try await asked.get()
    }

    /// The failure of an attempt, which has one.
    func failure(within limit: Duration = .seconds(10)) async throws -> ProbeFailure {
        switch try await ask(within: limit) {
        case .success(let figures): throw Unexpected("\(figures)")
        case .failure(let failure): failure
        }
    }
}

/// What a test did not expect.
struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// The number of this process' open descriptors.
func openDescriptors() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
