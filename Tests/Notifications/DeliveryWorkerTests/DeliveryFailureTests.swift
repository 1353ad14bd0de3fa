import DeliveryWorker
import Glibc
import NIOCore
import NotificationMetrics
import NotificationStore
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
            // The two obsolete forms, which a recipient must accept: RFC 850's, and asctime's with a day of two places.
            ("Sunday, 06-Nov-94 08:50:07 GMT", .seconds(30)), ("Sun Nov  6 08:50:07 1994", .seconds(30)),
            ("Wed Nov 16 08:49:37 1994", .seconds(10 * 86_400)), ("Saturday, 05-Nov-94 08:49:37 GMT", .zero),
            // A year of two places that seems more than fifty years ahead was in the last century.
            ("Sunday, 06-Nov-44 08:49:37 GMT", .seconds(2_362_034_977 - 784_111_777)),
            ("Monday, 06-Nov-45 08:49:37 GMT", .zero), ("Sunday, 06-Nov-94 08:50:07", nil), ("Sun Nov 6 1994", nil),
            ("Sun, 31 Feb 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 8:49:37 GMT", nil),
            ("99999999999999999999999", .seconds(3_155_760_000)), ("-5", nil), ("1.5", nil), ("", nil), ("soon", nil),
            ("Sun, 06 Nov 1994 08:49:37", nil), ("Sun, 06 Nov 1994 25:49:37 GMT", nil), ("Sun, 06 Foo 1994 08:49:37 GMT", nil),
        ])
    func parsing(value: String, delay: Duration?) {
        #expect(RetryAfter.parse(value, now: now) == delay)
    }

    /// Each mark in another order than the normal one costs as much time as there are marks.
    private static let noDates = [
        "Sun, 06 a" + String(repeating: "\u{0315}\u{0300}", count: 15_000) + " 1994 08:49:37 GMT",
        String(repeating: "a ", count: 30_000), "Sun, 06 Nov 1994 08:50:07 GM\u{0301}T",
    ]

    @Test func `a Retry-After that is no date costs no time`() throws {
        let start = ContinuousClock.now
        for value in Self.noDates {
            let failure = try #require(DeliveryFailure(status: 429, phrase: "", retryAfter: value, now: now))
            #expect(failure.retryAfter == nil)
        }
        #expect(ContinuousClock.now - start < .seconds(1))
    }

    @Test(
        "an error in place of an answer is transient, and held against the destination",
        arguments: [
            (ExchangeError.timeout(.seconds(10), isConnected: true), "no answer within 10.0 seconds"),
            (.timeout(.seconds(10), isConnected: false), "no connection within 10.0 seconds"),
            (.closed(received: 0), "the receiver closed the connection without an answer"),
            (.closed(received: 7), "the receiver closed the connection after 7 bytes of its answer's head"),
            (.status(42), "the receiver answered with the status 042, which is none of HTTP (RFC 9110, section 15)"),
            (.status(101), "the receiver answered 101 Switching Protocols, which nobody asked for"),
        ])
    func errors(error: ExchangeError, text: String) {
        let failure = DeliveryFailure(error: error)
        #expect(failure.reason == .transient)
        #expect(failure.isUnreachable)
        #expect(failure.description == text)
    }

    @Test(arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL, ENETDOWN, ENETUNREACH])
    func `what the worker's own machine lacks is no fault of a receiver`(code: Int32) {
        let error = ExchangeError.connecting(IOError(errnoCode: code, reason: "connect"))
        guard case .ownFault = error else { return #expect(Bool(false), "\(error)") }
    }

    @Test(arguments: [ECONNREFUSED, EHOSTUNREACH, ECONNRESET, ETIMEDOUT, EACCES])
    func `a connection that a receiver's side refuses is held against it`(code: Int32) {
        let error = ExchangeError.connecting(IOError(errnoCode: code, reason: "connect"))
        guard case .noConnection = error else { return #expect(Bool(false), "\(error)") }
    }

    @Test func `the phrase of an answer is cut, and breaks no line`() throws {
        let phrase = "a\nb\u{0}c" + String(repeating: "x", count: 1000)
        let failure = try #require(DeliveryFailure(status: 500, phrase: phrase, retryAfter: nil, now: now))
        #expect(failure.description == "HTTP 500 a?b?c" + String(repeating: "x", count: 95))
    }
}
