import ApusLimits
package import ApusHTTP

/// How many bytes of reports each peer may still send: a pure value, to which the time is given.
///
/// A peer has a burst, which fills again with time. What it may not have now it may have after the pause that it is told.
package struct ReportRates: Sendable {
    private struct Allowance {
        /// Bytes.
        var left: Double
        /// CLOCK_MONOTONIC in nanoseconds.
        var at: UInt64
    }

    private let perSecond: Double
    private let burst: Double
    private let mostPeers: Int
    /// The peers whose allowances are known.
    package var peers: Int { allowances.count }
    private var allowances: [ConnectionPeer: Allowance] = [:]

    /// - Parameters:
    ///   - perSecond: bytes.
    ///   - burst: bytes.
    package init(
        perSecond: Int = HTTPReportLimits.rate.value.bytes, burst: Int = HTTPReportLimits.burst.value.bytes,
        mostPeers: Int = HTTPReportLimits.peers.value
    ) {
        self.perSecond = Double(perSecond)
        self.burst = Double(burst)
        self.mostPeers = mostPeers
    }

    /// Takes bytes of a peer's allowance. Who is refused keeps what it has.
    ///
    /// - Returns: nil when they are granted; else the whole seconds after which they are.
    package mutating func take(_ bytes: Int, of peer: ConnectionPeer, at now: UInt64) -> Int? {
        let known = allowances[peer]
        let pause = known.map { Double(now >= $0.at ? now - $0.at : 0) / 1e9 } ?? 0
        let left = min(burst, (known?.left ?? burst) + pause * perSecond)
        // What is larger than a burst passes when nothing of it is used.
        let wanted = min(Double(bytes), burst)
        guard left >= wanted else {
            allowances[peer] = Allowance(left: left, at: now)
            return max(1, Int(((wanted - left) / perSecond).rounded(.up)))
        }
        allowances[peer] = Allowance(left: left - wanted, at: now)
        if allowances.count > mostPeers { forget(at: now) }
        return nil
    }

    /// Takes bytes that are granted already, as work on them has been done; a peer may come to owe a burst.
    mutating func charge(_ bytes: Int, to peer: ConnectionPeer) {
        guard let left = allowances[peer]?.left else { return }
        allowances[peer]?.left = max(-burst, left - Double(bytes))
    }

    /// Forgets the half that would have the most by now.
    private mutating func forget(at now: UInt64) {
        let order = allowances.sorted { left($0.value, at: now) < left($1.value, at: now) }
        allowances = Dictionary(uniqueKeysWithValues: order.prefix(mostPeers / 2).map { ($0.key, $0.value) })
    }

    private func left(_ allowance: Allowance, at now: UInt64) -> Double {
        min(burst, allowance.left + Double(now >= allowance.at ? now - allowance.at : 0) / 1e9 * perSecond)
    }
}
