import AgentMetrics
import ApusLinux
import ApusText
import Glibc
package import NIOCore

/// Connects to a Unix socket, and lets go of the connection; nothing is sent.
///
/// It happens on a thread that may wait: the path may be of a file system that does not answer.
package final class UnixProbe: ProbeAsking {
    private let target: UnixTarget
    private let surroundings: ProbeSurroundings
    private var attempt: (promise: EventLoopPromise<Result<ProbeFigures, ProbeFailure>>, number: Int)?
    private var lastNumber = 0
    /// What the last try found, for an attempt that ends before there was room.
    private var lastFailure: ProbeFailure?
    private var retry: Scheduled<Void>?

    /// The pause before a socket is tried again at which as many connections wait as may.
    private static let pause = TimeAmount.milliseconds(100)

    package init(_ target: UnixTarget, in surroundings: ProbeSurroundings) {
        self.target = target
        self.surroundings = surroundings
    }

    package func ask(until deadline: NIODeadline) -> EventLoopFuture<Result<ProbeFigures, ProbeFailure>> {
        cancel()
        lastNumber += 1
        lastFailure = nil
        let promise = surroundings.loop.makePromise(of: Result<ProbeFigures, ProbeFailure>.self)
        attempt = (promise, lastNumber)
        tryOnce(until: deadline, lastNumber)
        return promise.futureResult
    }

    package func cancel() {
        retry?.cancel()
        retry = nil
        end(.failure(lastFailure ?? ProbeFailure(.timeout, "\(place) does not answer in time: see its file system")))
    }

    private var place: String { target.path.quotedExcerpt(200) }

    private func end(_ result: Result<ProbeFigures, ProbeFailure>) {
        let promise = attempt?.promise
        attempt = nil
        promise?.succeed(result)
    }

    private func tryOnce(until deadline: NIODeadline, _ number: Int) {
        let bound = NIOLoopBound(self, eventLoop: surroundings.loop)
        surroundings.call("unix\0\(target.form.rawValue)\0\(target.path)", of: place, until: deadline) { [target] in
            UnixSocketTrial.connect(to: target.path, type: target.type).map { Self.failure($0, target) }
        }.whenComplete { result in
            let probe = bound.value
            guard probe.attempt?.number == number else { return }
            switch result {
            case .success(nil): probe.end(.success(.connected))
            case .success(.some(let failure)) where failure.reason == .timeout:
                probe.waitForRoom(failure, until: deadline, number)
            case .success(.some(let failure)): probe.end(.failure(failure))
            case .failure(let error): probe.end(.failure(.connecting(error, to: probe.place)))
            }
        }
    }

    private func waitForRoom(_ failure: ProbeFailure, until deadline: NIODeadline, _ number: Int) {
        lastFailure = failure
        guard surroundings.loop.now + Self.pause < deadline else { return end(.failure(failure)) }
        let bound = NIOLoopBound(self, eventLoop: surroundings.loop)
        retry = surroundings.loop.scheduleTask(in: Self.pause) {
            guard bound.value.attempt?.number == number else { return }
            bound.value.tryOnce(until: deadline, number)
        }
    }

    private static func failure(_ code: Int32, _ target: UnixTarget) -> ProbeFailure {
        let place = target.path.quotedExcerpt(200)
        let isAbstract = target.path.hasPrefix("@")
        switch code {
        case EAGAIN:
            return ProbeFailure(
                .timeout,
                "as many connections wait to be accepted at \(place) as may: see whether the service still accepts them")
        case ENOENT:
            return ProbeFailure(.connection, "there is no socket \(place): start the service, or write where it listens")
        case ECONNREFUSED where isAbstract:
            return ProbeFailure(.connection, "nobody listens on \(place): start the service, or write where it listens")
        case ECONNREFUSED:
            return ProbeFailure(
                .connection,
                "nobody listens on \(place), or it is no socket: start the service, and see `ls -l` of the path")
        case ENOTDIR: return ProbeFailure(.file, "\(place) leads through what is no folder: write the path of the socket")
        case EACCES, EPERM:
            return ProbeFailure(
                .file,
                "the user with the id \(geteuid()) may not connect to \(place): let the agent's user write to the socket and pass its folders"
            )
        case EPROTOTYPE:
            return ProbeFailure(
                .file,
                "\(place) is no socket of the type \(target.form.rawValue): write type: with the one that it is (`ss -xl` shows it)"
            )
        case ENAMETOOLONG, EINVAL: return ProbeFailure(.file, "\(place) is no path of a socket: write one of at most 107 bytes")
        default: return .connecting(code, to: place)
        }
    }
}

extension UnixTarget {
    /// As socket(2) has it.
    fileprivate var type: Int32 {
        switch form {
        case .stream: UnixSocketTrial.stream
        case .datagram: UnixSocketTrial.datagram
        case .seqpacket: UnixSocketTrial.seqpacket
        }
    }
}
