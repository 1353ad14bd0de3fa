import AgentMetrics
import ApusLimits
import NIOCore

/// What speaks with one server: it may keep what it knows of it from one attempt to the next.
protocol NetworkDialogue: AnyObject {
    /// Asks once, over connections of the attempt, and says at the end what came of it.
    func ask(_ attempt: NetworkAttempt)
}

/// One attempt to ask a server over the network: its deadline, its secret, how it speaks TLS, and all that it has open.
final class NetworkAttempt {
    let place: ProbePlace
    /// The password or the token; nil without one.
    private(set) var secret: [UInt8]?
    /// The values of further secrets, in the order in which the target names them.
    private(set) var moreSecrets: [[UInt8]]
    let session: ProbeTLSSession?
    private let surroundings: ProbeSurroundings
    private let deadline: NIODeadline
    private let promise: EventLoopPromise<Result<ProbeFigures, ProbeFailure>>
    /// How HTTP is spoken in this attempt, where it is.
    private var conversation: HTTPConversation?
    /// The connection that was made last.
    private var connection: ProbeConnection?
    private var isOver = false

    init(
        at place: ProbePlace, secret: [UInt8]?, moreSecrets: [[UInt8]] = [], _ session: ProbeTLSSession?,
        in surroundings: ProbeSurroundings,
        until deadline: NIODeadline, promise: EventLoopPromise<Result<ProbeFigures, ProbeFailure>>
    ) {
        self.place = place
        self.secret = secret
        self.moreSecrets = moreSecrets
        self.session = session
        self.surroundings = surroundings
        self.deadline = deadline
        self.promise = promise
    }

    /// A connection to the server, of which an attempt has one at a time.
    func connect(most: ByteLimit) -> ProbeConnection { connect(session, most: most) }

    private func connect(_ session: ProbeTLSSession?, most: ByteLimit) -> ProbeConnection {
        connection?.close()
        let connection = ProbeConnection(to: place, session, in: surroundings, until: deadline, most: most)
        self.connection = connection
        return connection
    }

    /// What speaks HTTP with the server.
    var http: HTTPConversation {
        if let conversation { return conversation }
        let new = HTTPConversation(self)
        conversation = new
        return new
    }

    /// Does something in a later turn of the loop, unless the attempt is over by then.
    func soon(_ body: @escaping () -> Void) {
        surroundings.loop.assumeIsolated().execute { [self] in if !isOver { body() } }
    }

    /// Seconds since the Unix epoch.
    var now: Double { surroundings.realtime() }

    func succeed(_ figures: ProbeFigures) { finish(.success(figures)) }

    /// Ends the attempt; of a certificate that was not to be trusted it is said why.
    func fail(_ failure: ProbeFailure) {
        guard !isOver else { return }
        guard connection?.facts.isUntrusted ?? false, session != nil else { return finish(.failure(failure)) }
        look { [self] certificates in
            finish(.failure(certificates.failure(at: place, now: now)))
        }
    }

    /// Looks at the certificates that the server shows; none where it shows none in time.
    func look(_ then: @escaping (ShownCertificates) -> Void) {
        guard let session else { return then(ShownCertificates([])) }
        ShownCertificates.look(session, { connect($0, most: NetworkProbeLimits.handshake.value) }) { [self] certificates in
            // It was ended as if they were not to be trusted.
            connection = nil
            then(certificates)
        }
    }

    private func finish(_ result: Result<ProbeFigures, ProbeFailure>) {
        guard !isOver else { return }
        isOver = true
        connection?.close()
        connection = nil
        conversation = nil
        (secret, moreSecrets) = (nil, [])
        promise.succeed(result)
    }

    /// Lets go of all that is open.
    func cancel() { finish(.failure(ProbeFailure(.timeout, "\(place.text) does not answer in time"))) }
}
