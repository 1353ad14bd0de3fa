import AsyncHTTPClient
import DeliveryWorker
import NotificationMetrics
import NotificationStore
import NotificationTesting
import Testing

@Suite struct DeliveryFailureTests {
    private let now = Instant(milliseconds: 784_111_777_000)

    @Test("every 2xx is a delivery", arguments: [200, 201, 202, 204, 299])
    func delivered(status: Int) {
        #expect(DeliveryFailure(status: status, phrase: "", retryAfter: nil, now: now) == nil)
    }

    @Test(
        "a status decides the class",
        arguments: [
            (301, FailureClass.permanent), (304, .permanent), (307, .permanent), (400, .permanent), (401, .permanent),
            (404, .permanent), (408, .transient), (409, .permanent), (410, .permanent), (422, .permanent), (425, .transient),
            (429, .throttled), (500, .transient), (502, .transient), (503, .transient), (504, .transient), (599, .transient),
            (101, .transient), (600, .transient),
        ])
    func classes(status: Int, reason: FailureClass) throws {
        let failure = try #require(DeliveryFailure(status: status, phrase: "Phrase", retryAfter: nil, now: now))
        #expect(failure.reason == reason)
        #expect(failure.retryAfter == nil)
        #expect(failure.description.hasPrefix("HTTP \(status) Phrase"))
    }

    @Test(
        "Retry-After counts with 429 and 503 only",
        arguments: [(429, true), (503, true), (500, false), (408, false), (404, false)])
    func retryAfter(status: Int, counts: Bool) throws {
        let failure = try #require(DeliveryFailure(status: status, phrase: "", retryAfter: "120", now: now))
        #expect(failure.retryAfter == (counts ? .seconds(120) : nil))
        #expect((failure.reason == .throttled) == counts)
    }

    @Test(
        "Retry-After is seconds or a date",
        arguments: [
            ("0", Duration?.some(.zero)), ("120", .seconds(120)), ("Sun, 06 Nov 1994 08:50:07 GMT", .seconds(30)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", .zero), ("Sat, 05 Nov 1994 08:49:37 GMT", .zero),
            ("Mon, 29 Feb 2016 00:00:00 GMT", .seconds(1_456_704_000 - 784_111_777)),
            ("99999999999999999999999", .seconds(3_155_760_000)), ("-5", nil), ("1.5", nil), ("", nil), ("soon", nil),
            ("Sun, 06 Nov 1994 08:49:37", nil), ("Sun, 06 Nov 1994 25:49:37 GMT", nil), ("Sun, 06 Foo 1994 08:49:37 GMT", nil),
        ])
    func parsing(value: String, delay: Duration?) {
        #expect(RetryAfter.parse(value, now: now) == delay)
    }

    @Test(
        "errors of the network are transient, URLs of no host permanent",
        arguments: [
            (HTTPClientError.invalidURL, FailureClass.permanent), (.emptyHost, .permanent), (.emptyScheme, .permanent),
            (.deadlineExceeded, .transient), (.connectTimeout, .transient), (.remoteConnectionClosed, .transient),
            (.tlsHandshakeTimeout, .transient), (.readTimeout, .transient),
        ])
    func errors(error: HTTPClientError, reason: FailureClass) {
        #expect(DeliveryFailure(error: error, timeout: .seconds(10)).reason == reason)
    }

    @Test func `any other error is transient and told in at most two hundred characters`() {
        let failure = DeliveryFailure(
            error: Unexpected(description: String(repeating: "x", count: 1000)), timeout: .seconds(10))
        #expect(failure.reason == .transient)
        #expect(failure.description.count == 200)
    }
}
