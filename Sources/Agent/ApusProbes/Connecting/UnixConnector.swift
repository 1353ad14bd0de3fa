import AgentMetrics
package import ApusLinux
import ApusText
import Glibc
package import NIOCore

/// Connects to a Unix socket on a thread that may wait, as its path may be of a file system that does not answer. Belongs to the event loop of
/// probes; one attempt at a time.
///
/// While as many connections wait there as may, it tries again until the time is over.
package final class UnixConnector {
    private let surroundings: ProbeSurroundings
    private var attempt: (target: UnixTarget, promise: EventLoopPromise<Result<ConnectedUnixSocket, ProbeFailure>>)?
    /// Rises with each attempt: what belongs to an earlier one is let go of.
    private var number = 0
    /// What the last try found, for an attempt that ends before there was room.
    private var lastFailure: ProbeFailure?
    private var retry: Scheduled<Void>?

    /// The pause before a socket is tried again at which as many connections wait as may.
    private static let pause = TimeAmount.milliseconds(100)

    package init(_ surroundings: ProbeSurroundings) { self.surroundings = surroundings }

    /// A socket that nobody else has, though probes of one path share a call.
    package func connect(
        to target: UnixTarget, until deadline: NIODeadline
    ) -> EventLoopFuture<Result<ConnectedUnixSocket, ProbeFailure>> {
        cancel()
        number += 1
        lastFailure = nil
        let promise = surroundings.loop.makePromise(of: Result<ConnectedUnixSocket, ProbeFailure>.self)
        attempt = (target, promise)
        tryOnce(until: deadline, number)
        return promise.futureResult
    }

    /// Ends the attempt under way, if there is one; its result is a failure.
    package func cancel() {
        guard let attempt else { return }
        let place = attempt.target.path.quotedExcerpt(200)
        end(.failure(lastFailure ?? ProbeFailure(.timeout, "\(place) does not answer in time: see its file system")))
    }

    private func end(_ result: Result<ConnectedUnixSocket, ProbeFailure>) {
        retry?.cancel()
        retry = nil
        let promise = attempt?.promise
        attempt = nil
        promise?.succeed(result)
    }

    private func tryOnce(until deadline: NIODeadline, _ number: Int) {
        guard let target = attempt?.target else { return }
        surroundings.socket(target, until: deadline).assumeIsolated().whenComplete { [self] result in
            guard attempt != nil, self.number == number else { return }
            switch result {
            case .success(.success(let shared)):
                // One of those that have shared the call has the connection, and the others ask again.
                guard let own = shared.claim() else { return tryOnce(until: deadline, number) }
                end(.success(own))
            case .success(.failure(let failure)) where failure.reason == .timeout:
                waitForRoom(failure, until: deadline, number)
            case .success(.failure(let failure)): end(.failure(failure))
            case .failure(let error): end(.failure(.connecting(error, to: target.path.quotedExcerpt(200))))
            }
        }
    }

    private func waitForRoom(_ failure: ProbeFailure, until deadline: NIODeadline, _ number: Int) {
        lastFailure = failure
        guard surroundings.loop.now + Self.pause < deadline else { return end(.failure(failure)) }
        retry = surroundings.loop.assumeIsolated().scheduleTask(in: Self.pause) { [self] in
            guard attempt != nil, self.number == number else { return }
            tryOnce(until: deadline, number)
        }
    }
}
