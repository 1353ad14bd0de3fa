package import ApusHTTP
import ApusLimits

/// How many requests each peer may still send: a pure value.
///
/// Everybody has a bucket of their own, so that who asks without end keeps nobody else from asking.
package struct RequestRates: Sendable {
    private struct Bucket {
        var tokens: Double
        /// On the monotonic clock, in nanoseconds.
        var last: UInt64
    }

    private var buckets: [ConnectionPeer: Bucket] = [:]

    package init() {}

    /// Takes one request of a peer.
    ///
    /// - Parameter now: on the monotonic clock, in nanoseconds.
    /// - Returns: whether it may be answered.
    package mutating func take(_ peer: ConnectionPeer, of rate: WebConfiguration.RequestRate, at now: UInt64) -> Bool {
        let most = Double(rate.burst)
        var bucket = buckets[peer] ?? Bucket(tokens: most, last: now)
        let interval = Double(max(1, rate.interval / .nanoseconds(1)))
        bucket.tokens = min(most, bucket.tokens + Double(now - min(now, bucket.last)) / interval)
        bucket.last = now
        let isTaken = bucket.tokens >= 1
        if isTaken { bucket.tokens -= 1 }
        buckets[peer] = bucket
        if buckets.count > TrustLimits.peers.value, let oldest = buckets.min(by: { $0.value.last < $1.value.last })?.key {
            buckets[oldest] = nil
        }
        return isTaken
    }
}
