import ApusLimits
package import AgentMetrics
import ApusText
import NIOCore
import NIOHTTP1

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
    private let ends = CertificateEndLook()

    init(_ target: HTTPTarget) { self.target = target }

    func ask(_ attempt: NetworkAttempt) {
        var question = HTTPQuestion(
            target: target.url.target, host: target.hostField, body: NetworkProbeLimits.health.value)
        question.method = target.method == .head ? .HEAD : .GET
        question.headers =
            target.headers.filter { !$0.isHost }.map { ($0.name, $0.value) } + target.login.fields(attempt.secret)
            + zip(target.secretHeaders, attempt.moreSecrets).map { ($0.name, String(decoding: $1, as: UTF8.self)) }
        question.takesPart = true
        question.isOnly = true
        attempt.http.ask(question) { [self] result in
            switch result {
            case .failure(let failure): attempt.fail(failure)
            case .success(let answer): judge(answer, attempt)
            }
        }
    }

    private func judge(_ answer: HTTPAnswer, _ attempt: NetworkAttempt) {
        ends.find(answer.facts, attempt) { [self] ends in
            var figures = Self.figures(answer)
            figures.chainEnd = ends?.chain
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
            let isRefused = target.login != .none && [401, 407].contains(answer.status)
            return attempt.fail(
                ProbeFailure(
                    isRefused ? .authentication : .status, "\(place) answers with \(answer.status)\(remedy(answer))",
                    figures: .http(figures)))
        }
        if figures.health == .fail {
            return attempt.fail(
                ProbeFailure(
                    .status,
                    "\(place) answers with \(answer.status), and says that it is not well (status of its answer): look at its log",
                    figures: .http(figures)))
        }
        if let text = target.text, let failure = lack(of: text, in: answer, place) {
            return attempt.fail(ProbeFailure(.content, failure, figures: .http(figures)))
        }
        attempt.succeed(.http(figures))
    }

    /// What is said of a body without the text that it should have; nil of one that has it.
    private func lack(of text: BodyText, in answer: HTTPAnswer, _ place: String) -> String? {
        guard answer.isPlain else {
            return "the body that \(place) answers is compressed, and that was not asked for: ask the service itself"
        }
        if text.isIn(answer.body) { return nil }
        let part = answer.isWhole ? "the body" : "the first \(NetworkProbeLimits.health.value.limitText) of the body"
        return "\(part) that \(place) answers has not the text of contains: look at what it answers, or mend contains"
    }

    private func remedy(_ answer: HTTPAnswer) -> String {
        switch answer.status {
        case 300..<400:
            // Only the host of where it leads, as the rest can hold what is secret.
            // Nothing at all where the server was told a secret, which it could say.
            let location = target.login == .none && target.secretHeaders.isEmpty ? answer.headers.first(name: "location") : nil
            let host = location.flatMap { try? ProbeURL($0) }.map { ", to the host \($0.host)" } ?? ""
            return "\(host), and redirects are not followed: write the URL of what answers, or name the code in status"
        case 401 where target.login != .none, 407 where target.login != .none:
            return ": mend the user, or the secret in the file or the credential that the probe names"
        case 400 where !target.url.isSecure: return ": write https:// if it speaks TLS there, else look at its log"
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
