import ApusLimits
import AgentMetrics
import ApusText
import NIOCore

/// Asks a Redis what it says of itself: `AUTH` where there is a password, then `INFO`.
final class RedisDialogue: NetworkDialogue {
    private let target: RedisTarget
    private let ends = CertificateEndLook()
    /// What the server said last, when its counts began, and when it said so, in seconds since the Unix epoch.
    private var run: (figures: RedisFigures, began: Double, seen: Double)?

    init(_ target: RedisTarget) { self.target = target }

    func ask(_ attempt: NetworkAttempt) {
        let connection = attempt.connect(most: NetworkProbeLimits.redis.value)
        let login = attempt.secret.map { secret in
            Self.command([Array("AUTH".utf8)] + (target.user.map { [Array($0.utf8)] } ?? []) + [secret])
        }
        var replies = RedisReplies(longest: NetworkProbeLimits.redis.value.bytes)
        var awaitsLogin = login != nil
        connection.open(
            prepare: { channel in
                try channel.pipeline.syncOperations.addHandler(
                    ProbeStream<ByteBuffer>(
                        connection,
                        take: { [self] bytes in
                            replies.append(bytes.readableBytesView)
                            do throws(RedisReplies.Fault) {
                                while connection.stage != .over, let reply = try replies.next() {
                                    take(reply, awaitsLogin: awaitsLogin, attempt, connection)
                                    awaitsLogin = false
                                }
                            } catch {
                                connection.fail(Self.failure(error, at: attempt.place, isQuoted: attempt.secret == nil))
                            }
                        }))
            },
            opened: {
                connection.stage = .waiting(login == nil ? "the answer to INFO" : "the answer to AUTH")
                var bytes = ByteBuffer(bytes: login ?? [])
                bytes.writeBytes(Self.command([Array("INFO".utf8)]))
                connection.send(bytes)
            },
            failed: { attempt.fail($0) })
    }

    private static func command(_ words: [[UInt8]]) -> [UInt8] {
        var bytes = Array("*\(words.count)\r\n".utf8)
        for word in words { bytes += Array("$\(word.count)\r\n".utf8) + word + [13, 10] }
        return bytes
    }

    private func take(
        _ reply: RedisReply, awaitsLogin: Bool, _ attempt: NetworkAttempt, _ connection: ProbeConnection
    ) {
        switch reply {
        case .error(let text): connection.fail(Self.failure(text, at: attempt.place, inLogin: awaitsLogin, target))
        case .status where awaitsLogin: connection.stage = .waiting("the answer to INFO")
        case .bulk(let text) where !awaitsLogin:
            guard var figures = RedisFigures(text) else {
                return connection.fail(
                    ProbeFailure(
                        .content,
                        "what \(attempt.place.text) answers to INFO is none of a Redis: look which server listens there"))
            }
            figures.began = began(figures, at: attempt.now)
            let facts = connection.facts
            connection.close()
            ends.find(facts, attempt) { ends in
                figures.certificates = ends
                if figures.isLoading == true { return attempt.fail(Self.loading(attempt.place, .redis(figures))) }
                attempt.succeed(.redis(figures))
            }
        case .status, .bulk:
            connection.fail(
                ProbeFailure(.content, "\(attempt.place.text) answers as no Redis does: look which server listens there"))
        }
    }

    /// When the counts of a server began: not later than it started, and the same as long as they go on.
    private func began(_ figures: RedisFigures, at now: Double) -> Double? {
        guard let uptime = figures.uptime else { return nil }
        // The uptime is cut to whole seconds. It is not a hundred years.
        var began = now - Double(min(uptime, 3_000_000_000)) - 1
        if let run, run.figures.runID == figures.runID {
            // CONFIG RESETSTAT came after the attempt before, at which the counts were higher.
            began = figures.hasReset(since: run.figures) ? max(began, run.seen) : run.began
        }
        run = (figures, began, now)
        return began
    }

    // MARK: - Failures

    /// A server that answers INFO already, and nobody else anything.
    private static func loading(_ place: ProbePlace, _ figures: ProbeFigures?) -> ProbeFailure {
        ProbeFailure(
            .status, "\(place.text) still reads its data from disk (LOADING): wait, or look at its log", figures: figures)
    }

    /// - Parameter isQuoted: whether what was sent is shown: a server that says what it was told would have the log show the password.
    private static func failure(
        _ fault: RedisReplies.Fault, at place: ProbePlace, isQuoted: Bool
    ) -> ProbeFailure {
        let isHTTP = fault.beginning.starts(with: Array("HTTP/".utf8))
        let text = String(decoding: fault.beginning, as: UTF8.self)
        let what =
            isHTTP ? "answers in HTTP" : "sends what is no answer of a Redis\(isQuoted ? " (\(text.quotedExcerpt(40)))" : "")"
        return ProbeFailure(.content, "\(place.text) \(what): look which server listens there, and whether it speaks TLS")
    }

    /// What an error of the server means. Its own words go into the text as far as they are a code, as more can repeat what was sent.
    private static func failure(
        _ text: String, at server: ProbePlace, inLogin: Bool, _ target: RedisTarget
    ) -> ProbeFailure {
        let code = String(text.prefix { $0 != " " }).excerpt(20).showingUnseen()
        let who = target.user.map { "the user \($0.quotedExcerpt())" } ?? "the user default"
        let place = server.text
        switch code {
        case "NOAUTH": return ProbeFailure(.authentication, "\(place) wants a password (NOAUTH): write password_file")
        case "WRONGPASS":
            return ProbeFailure(
                .authentication,
                "\(place) does not take \(who) with the password of the file (WRONGPASS): mend user or the file")
        case "NOPERM":
            return ProbeFailure(
                .authentication, "\(place) does not let \(who) ask (NOPERM): let it, ACL SETUSER NAME +info")
        case "DENIED":
            return ProbeFailure(
                .authentication,
                "\(place) is in protected mode, and takes only clients of its own host (DENIED): give it a password (requirepass), and write password_file"
            )
        case "LOADING": return loading(server, nil)
        case "MASTERDOWN":
            return ProbeFailure(.status, "\(place) has lost its master (MASTERDOWN): look at the link of both")
        case "ERR": break
        default:
            return ProbeFailure(
                .status,
                "\(place) answers \(inLogin ? "AUTH" : "INFO") with \(target.password == nil ? code : "an error"): look at its log"
            )
        }
        if text.hasPrefix("ERR max number of clients") {
            return ProbeFailure(
                .status,
                "\(place) has as many clients as it takes: look who keeps connections open (CLIENT LIST), or raise maxclients")
        }
        if inLogin, text.contains("without any password") || text.contains("no password is set") {
            return ProbeFailure(
                .authentication, "\(place) has no password for the user default: leave password_file out, or set requirepass")
        }
        if inLogin {
            return ProbeFailure(
                .authentication,
                "\(place) does not take AUTH (ERR): with user it needs Redis 6 or later; look whether AUTH is renamed")
        }
        return ProbeFailure(
            .status, "\(place) does not know INFO (ERR): do not rename it, or let the probe's user have it")
    }
}
