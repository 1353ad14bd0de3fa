import ApusLimits
import AgentMetrics
import ApusHTTP
import ApusMetrics
import ApusText
import Glibc
import NIOCore
import NIOHTTP1

/// Why a page is not served.
package struct ScrapeFault: Error {
    let failure: ScrapeFailure
    /// What is wrong, and what to do about it.
    let reason: String
    /// Whether it came before the first byte of an answer, so that another connection may be tried.
    var isUnanswered = false

    init(_ failure: ScrapeFailure, _ reason: String, isUnanswered: Bool = false) {
        self.failure = failure
        self.reason = reason
        self.isUnanswered = isUnanswered
    }

    static func late(_ timeout: Duration) -> Self {
        Self(
            .timeout,
            "it was not there, and read, within \(DurationText.string(timeout)): raise its timeout, or have the service answer sooner"
        )
    }

    /// A page whose connection others need.
    static let overtaken = Self(
        .timeout,
        "it was not there within \(DurationText.string(ScrapeLimits.patience.value)), and others would have been late without its "
            + "connection: have the service answer sooner, or raise LimitNOFILE= of the agent's unit")

    /// - Parameter place: the address of the page.
    static func connecting(_ error: any Error, to place: String) -> Self {
        // A Unix socket says so at once; over TCP nothing answers.
        let isCrowded = (error as? IOError)?.errnoCode == EAGAIN
        let remedy =
            isCrowded
            ? "look why the service accepts none, or have it listen with a longer queue (net.core.somaxconn)"
            : "start the service, or mend url"
        return Self(.connection, "\(NetworkErrorText.asking(error, at: place)): \(remedy)")
    }

    static func crowdedOut(_ connections: Int) -> Self {
        Self(.connection, "\(connections) connections to pages are open: raise LimitNOFILE= of the agent's unit")
    }

    static func status(_ head: HTTPResponseHead) -> Self {
        let code = "it was answered with \(head.status.code)"
        if head.status == .loopDetected {
            return Self(
                .status,
                "\(code), as it leads back to the agent: take it out of the file, the agent serves its own figures already")
        }
        guard (300..<400).contains(head.status.code) else {
            return Self(.status, "\(code), and a page has 200: ask for another one")
        }
        let place = head.headers.first(name: "location").map { ", to \($0.quotedExcerpt())" } ?? ""
        return Self(.status, "\(code)\(place), and redirects are not followed: write the address of the page itself")
    }

    static let tooLarge = Self(
        .limit, "it has more than \(ScrapeLimits.body.value.limitText): bound the labels of what the page has")
    static let crowded = Self(
        .limit,
        "more than \(ScrapeLimits.bodies.value.limitText) of pages are under way, and it is the largest: bound the labels of what it has"
    )

    /// - Parameter isStarted: whether the head of an answer was there.
    static func ended(isStarted: Bool) -> Self {
        isStarted
            ? Self(.connection, "the connection ended before the page did: look why the service closes it")
            : Self(.connection, "the connection ended before an answer: look why the service closes it", isUnanswered: true)
    }

    static func notHTTP(_ error: any Error) -> Self {
        Self(
            .content,
            "what was sent is no answer of HTTP/1.1 (\("\(error)".quotedExcerpt())): write the address of a page of metrics")
    }
}
