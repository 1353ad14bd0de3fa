import ApusLimits
package import AgentMetrics
import ApusText
import NIOCore
import NIOHTTP1
import NIOSSL

/// What a service answered that was asked for its health.
package struct HTTPHealthFigures: Sendable, Hashable {
    package var status: Int
    /// What the service says of itself; nil where it says nothing.
    package var health: ServiceHealth?
    /// The phases that there were.
    package var phases: [HTTPHealthPhase: Double] = [:]
    /// When the service's own certificate ends, in seconds since the Unix epoch.
    package var certificateEnd: Double?
    /// When the first of all certificates ends that the service shows, in seconds since the Unix epoch.
    package var chainEnd: Double?

    package init(status: Int, certificateEnd: Double? = nil) {
        self.status = status
        self.certificateEnd = certificateEnd
    }
}

/// Asks a service for its health.
final class HTTPDialogue: NetworkDialogue {
    private let target: HTTPTarget
    private var exchange: HTTPExchange?
    /// The service's certificate for which all were looked at, and when the first of them ends.
    private var chain: (leaf: NIOSSLCertificate, end: Double?)?

    init(_ target: HTTPTarget) { self.target = target }

    func ask(_ attempt: NetworkAttempt) {
        var question = HTTPQuestion(
            target: target.url.target, host: target.url.hostField, body: NetworkProbeLimits.health.value)
        question.method = target.method == .head ? .HEAD : .GET
        question.headers = target.headers.map { ($0.name, $0.value) } + target.login.fields(attempt.secret)
        question.takesPart = true
        let exchange = HTTPExchange(question, over: attempt.connect(most: HTTPExchange.most(question)))
        self.exchange = exchange
        exchange.ask { [self] result in
            self.exchange = nil
            switch result {
            case .failure(let failure): attempt.fail(failure)
            case .success(let answer): judge(answer, attempt)
            }
        }
    }

    private func judge(_ answer: HTTPAnswer, _ attempt: NetworkAttempt) {
        var figures = Self.figures(answer)
        guard let leaf = answer.facts.certificate else { return end(figures, answer, attempt) }
        if let chain, chain.leaf == leaf {
            figures.chainEnd = chain.end
            return end(figures, answer, attempt)
        }
        // Once for each certificate of the service: what it shows besides is the same as long as that is.
        attempt.look { [self] certificates in
            chain = certificates.firstEnd.map { (leaf, min($0, Double(leaf.notValidAfter))) }
            figures.chainEnd = chain?.end
            end(figures, answer, attempt)
        }
    }

    private static func figures(_ answer: HTTPAnswer) -> HTTPHealthFigures {
        var figures = HTTPHealthFigures(status: answer.status, certificateEnd: answer.facts.certificateEnd)
        figures.phases = [
            .resolve: answer.facts.resolve / .seconds(1), .connect: answer.facts.connect / .seconds(1),
            .firstByte: (answer.facts.firstByte ?? .zero) / .seconds(1), .body: answer.rest / .seconds(1),
        ]
        figures.phases[.tls] = answer.facts.tls.map { $0 / .seconds(1) }
        let type = answer.mediaType
        if answer.isWhole, answer.isPlain, type == "application/json" || type.hasSuffix("+json") {
            figures.health = HealthState.state(in: answer.body)
        }
        return figures
    }

    private func end(_ figures: HTTPHealthFigures, _ answer: HTTPAnswer, _ attempt: NetworkAttempt) {
        let place = attempt.place.text
        guard target.status.contains(where: { $0.contains(answer.status) }) else {
            return attempt.fail(
                ProbeFailure(.status, "\(place) answers with \(answer.status)\(remedy(answer))", figures: .http(figures)))
        }
        if figures.health == .fail {
            return attempt.fail(
                ProbeFailure(
                    .status,
                    "\(place) answers with \(answer.status), and says that it is not well (status of its answer): look at its log",
                    figures: .http(figures)))
        }
        attempt.succeed(.http(figures))
    }

    private func remedy(_ answer: HTTPAnswer) -> String {
        switch answer.status {
        case 300..<400:
            // Only the host of where it leads, as the rest can hold what is secret.
            // Nothing at all where the server was told a secret, which it could say.
            let location = target.login == .none ? answer.headers.first(name: "location") : nil
            let host = location.flatMap { try? ProbeURL($0) }.map { ", to the host \($0.host)" } ?? ""
            return "\(host), and redirects are not followed: write the URL of what answers, or name the code in status"
        case 401, 403, 407: return ": write user and password_file, or bearer_token_file, or name the code in status"
        case 404, 410: return ": write the path of what tells of its health"
        case 405: return ": write method: GET or HEAD, whichever it takes"
        default: return ": look at its log, or name the code in status if it is well so"
        }
    }
}

extension HTTPLogin {
    /// What is read before an attempt, and what an error calls it.
    var secret: (ProbeSecret, key: String)? {
        switch self {
        case .none: nil
        case .basic(_, let password): (password, "password")
        case .bearer(let token): (token, "bearer_token")
        }
    }

    /// The header fields with which who asks shows itself.
    func fields(_ secret: [UInt8]?) -> [(String, String)] {
        guard let secret else { return [] }
        switch self {
        case .none: return []
        case .basic(let user, _):
            return [("Authorization", "Basic \(Base64.text(Array(user.utf8) + [UInt8(ascii: ":")] + secret))")]
        case .bearer: return [("Authorization", "Bearer \(String(decoding: secret, as: UTF8.self))")]
        }
    }

    /// Whether a secret can stand in a header field; a bearer token goes as it is.
    func takes(_ secret: [UInt8]) -> Bool {
        if case .bearer = self { return secret.allSatisfy { $0 > 0x20 && $0 < 0x7F } }
        return true
    }
}

/// Bytes as text, RFC 4648, section 4.
enum Base64 {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let number = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                text.append(place <= group.count ? letters[number >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
