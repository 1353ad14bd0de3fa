/// The books of a load test: what was sent, what came back from the API, and what arrived at the receiver.
///
/// A pure value; every instant is a duration since the start of the test. A delivery is known by its `webhook-id`, which is the
/// notification's id. It may arrive before the API's answer to the request that caused it.
package struct LoadAccounts: Sendable {
    /// The number of requests that were sent, answered or not.
    package private(set) var sent = 0
    /// The number of requests that are sent and not answered.
    package private(set) var outstanding = 0
    package private(set) var accepted = 0
    /// The number of requests that were not sent because too many were without an answer.
    package private(set) var dropped = 0
    /// The numbers of requests that failed, by reason.
    package private(set) var failures: [String: Int] = [:]
    /// The number of accepted notifications that arrived.
    package private(set) var delivered = 0
    /// The number of arrivals beyond the first of a notification.
    package private(set) var duplicates = 0
    /// The number of accepted notifications that the system under test has given up and says so.
    package private(set) var dead = 0
    /// The time at which the last request was answered.
    package private(set) var lastAnswer = Duration.zero
    /// The time at which the last first arrival came.
    package private(set) var lastDelivery = Duration.zero
    /// The latencies from the time a request was due to its answer.
    package private(set) var enqueue = LatencyDistribution()
    /// The latencies from the time a request was really sent to its answer.
    package private(set) var service = LatencyDistribution()
    /// The latencies from the time a request was due to the arrival of its notification.
    package private(set) var delivery = LatencyDistribution()

    /// The times at which the requests of accepted notifications that have not arrived were due.
    private var awaited: [String: Duration] = [:]
    /// The times at which notifications arrived first.
    private var arrivals: [String: Duration] = [:]
    private var acknowledged: Set<String> = []

    package init() {}

    package var failed: Int { failures.values.reduce(0, +) }

    /// The number of accepted notifications that neither arrived nor are known to be dead.
    package var lost: Int { awaited.count }

    /// The ids of lost notifications, sorted.
    package var lostIDs: [String] { awaited.keys.sorted() }

    /// The number of first arrivals of notifications whose request was never answered as accepted: the answer was lost, or came too late.
    package var unacknowledged: Int { arrivals.count - delivered }

    /// Enters a request that is due: it is sent, or dropped when `maximumOutstanding` are without an answer.
    ///
    /// - Returns: whether to send it.
    package mutating func begin(maximumOutstanding: Int) -> Bool {
        guard outstanding < maximumOutstanding else {
            dropped += 1
            return false
        }
        sent += 1
        outstanding += 1
        return true
    }

    /// Enters that a request was answered, or failed.
    ///
    /// - Parameters:
    ///   - due: when the request should have been sent.
    ///   - sent: when it was.
    ///   - answered: when its answer, or its failure, was there.
    package mutating func record(_ outcome: RequestOutcome, due: Duration, sent sentAt: Duration, answered: Duration) {
        outstanding -= 1
        lastAnswer = max(lastAnswer, answered)
        enqueue.record(answered - due)
        service.record(answered - sentAt)
        switch outcome {
        case .failed(let reason):
            failures[reason, default: 0] += 1
        case .accepted(let id):
            // One delivery cannot be that of two requests.
            guard acknowledged.insert(id).inserted else {
                failures["an id that another request got", default: 0] += 1
                return
            }
            accepted += 1
            if let arrival = arrivals[id] {
                deliver(due: due, arrival: arrival)
            } else {
                awaited[id] = due
            }
        }
    }

    /// Enters that a notification arrived at the receiver.
    package mutating func arrive(id: String, at instant: Duration) {
        guard arrivals[id] == nil else {
            duplicates += 1
            return
        }
        arrivals[id] = instant
        if let due = awaited.removeValue(forKey: id) { deliver(due: due, arrival: instant) }
    }

    /// Enters that the system under test will not deliver a notification any more.
    package mutating func bury(id: String) {
        if awaited.removeValue(forKey: id) != nil { dead += 1 }
    }

    private mutating func deliver(due: Duration, arrival: Duration) {
        delivered += 1
        lastDelivery = max(lastDelivery, arrival)
        delivery.record(arrival - due)
    }
}

/// How a request to an API ended.
package enum RequestOutcome: Sendable, Hashable {
    /// The API took the notification and gave it an id.
    case accepted(id: String)
    /// The API refused it, or never answered; the reason is a status code or the name of an error, so that reasons can be counted.
    case failed(reason: String)
}
