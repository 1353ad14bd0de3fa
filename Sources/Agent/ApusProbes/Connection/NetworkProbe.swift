import AgentMetrics
package import NIOCore
import NIOSSL

/// Asks one server over the network: reads the files that an attempt needs, then has the server's protocol spoken.
package final class NetworkProbe: ProbeAsking {
    private let place: ProbePlace
    private let login: HTTPLogin
    /// Header fields whose values are secrets.
    private let fields: [HTTPTarget.SecretField]
    private let tls: (declaration: ProbeTLS, making: ProbeTLSMaking)?
    /// The host that a certificate has to name.
    private let host: String
    private let dialogue: any NetworkDialogue
    private let surroundings: ProbeSurroundings
    private var attempt: NetworkAttempt?
    /// The attempt that reads its files.
    private var pending: EventLoopPromise<Result<ProbeFigures, ProbeFailure>>?
    /// Rises with each attempt and each cancel: what belongs to an earlier one is let go of.
    private var number = 0

    private init(
        _ place: ProbePlace, _ login: HTTPLogin, _ tls: ProbeTLS?, host: String, _ dialogue: any NetworkDialogue,
        _ surroundings: ProbeSurroundings, fields: [HTTPTarget.SecretField] = []
    ) {
        self.place = place
        self.login = login
        self.fields = fields
        self.tls = tls.map { ($0, ProbeTLSMaking($0)) }
        self.host = host
        self.dialogue = dialogue
        self.surroundings = surroundings
    }

    package convenience init(_ target: TCPTarget, in surroundings: ProbeSurroundings) {
        self.init(
            .internet(host: target.host, port: target.port), .none, target.tls, host: target.host, TCPDialogue(), surroundings)
    }

    package convenience init(_ target: HTTPTarget, in surroundings: ProbeSurroundings) {
        self.init(
            target.place, target.login, target.url.isSecure ? target.tls : nil, host: target.url.host, HTTPDialogue(target),
            surroundings, fields: target.secretHeaders)
    }

    package convenience init(_ target: RedisTarget, in surroundings: ProbeSurroundings) {
        let login = target.password.map { HTTPLogin.basic(user: target.user ?? "", password: $0) } ?? .none
        self.init(target.place, login, target.tls, host: target.place.host, RedisDialogue(target), surroundings)
    }

    package convenience init(_ target: RabbitMQTarget, in surroundings: ProbeSurroundings) {
        self.init(
            target.place, target.login, target.url.isSecure ? target.tls : nil, host: target.url.host, RabbitMQDialogue(target),
            surroundings)
    }

    package func ask(until deadline: NIODeadline) -> EventLoopFuture<Result<ProbeFigures, ProbeFailure>> {
        cancel()
        let promise = surroundings.loop.makePromise(of: Result<ProbeFigures, ProbeFailure>.self)
        let number = number
        // Before the schedule gives up, so that it is said what was waited for.
        let deadline = deadline - Self.notice
        pending = promise
        let secret = login.secret.map { surroundings.secret($0.0, $0.key, until: deadline) }
        let contents = tls.map { ProbeTLSContents.read($0.declaration, in: surroundings, until: deadline) }
        let nothing = surroundings.loop.makeSucceededFuture(())
        let secrets = secret.map { $0.map { $0.map { Optional($0) } } } ?? nothing.map { .success(nil) }
        let values = EventLoopFuture.whenAllSucceed(
            fields.map { surroundings.secret($0.value, "headers: \($0.name): value", until: deadline) }, on: surroundings.loop)
        let files = contents.map { $0.map { $0.map { Optional($0) } } } ?? nothing.map { .success(nil) }
        secrets.and(files).and(values).assumeIsolated().whenComplete { [self] result in
            guard self.number == number else { return }
            begin(result.map { ($0.0.0, $0.0.1, $0.1) }, until: deadline)
        }
        return promise.futureResult
    }

    private static let notice = TimeAmount.milliseconds(20)

    private func begin(
        _ result: Result<
            (Result<[UInt8]?, ProbeFailure>, Result<ProbeTLSContents?, ProbeFailure>, [Result<[UInt8], ProbeFailure>]),
            any Error
        >,
        until deadline: NIODeadline
    ) {
        guard let promise = pending else { return }
        pending = nil
        do throws(ProbeFailure) {
            guard case .success((let secrets, let files, let values)) = result else {
                throw ProbeFailure(.agent, "the files of the probe cannot be read")
            }
            let secret = try secrets.get()
            if let secret, let (_, key) = login.secret, !login.takes(secret) {
                throw ProbeFailure(
                    .file, "the file of \(key) holds what cannot stand in a header field: write the token alone, in one line")
            }
            var moreSecrets: [[UInt8]] = []
            for (field, value) in zip(fields, values) {
                let value = try value.get()
                guard value.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
                    throw ProbeFailure(
                        .file,
                        "the file of the header field \(field.name) holds what cannot stand in one: write the value alone, in one line"
                    )
                }
                moreSecrets.append(value)
            }
            let contents = try files.get()
            let session =
                if let contents, let tls { try tls.making.session(contents, with: host) } else { nil as ProbeTLSSession? }
            let attempt = NetworkAttempt(
                at: place, secret: secret, moreSecrets: moreSecrets, session, in: surroundings, until: deadline,
                promise: promise)
            self.attempt = attempt
            dialogue.ask(attempt)
        } catch {
            promise.succeed(.failure(error))
        }
    }

    package func cancel() {
        number += 1
        let (attempt, pending) = (attempt, pending)
        (self.attempt, self.pending) = (nil, nil)
        attempt?.cancel()
        pending?.succeed(.failure(ProbeFailure(.timeout, "the files of the probe are not read in time")))
    }
}
