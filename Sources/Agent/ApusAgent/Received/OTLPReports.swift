import AgentMetrics
import ApusLimits
import ApusMetrics
import ApusOTLP
import Synchronization

/// What users report by OpenTelemetry's exporters: a ledger for each, so that nobody's points are added to another's, and nobody pays for
/// what another has kept.
final class OTLPReports: Sendable {
    private struct Kept {
        var ledger: OTLPLedger
        let account: SeriesBudget.Account
        /// Bytes of the ledger that are paid for.
        var paid = 0
        /// When the user exported last: CLOCK_MONOTONIC in nanoseconds.
        var heard: UInt64

        init(ledger: OTLPLedger, account: SeriesBudget.Account, heard: UInt64) {
            self.ledger = ledger
            self.account = account
            self.heard = heard
        }

        /// Takes from the budget what the ledger has come to; returns whether there is so much.
        mutating func pay() -> Bool {
            if ledger.byteCount < paid {
                account.empty()
                paid = 0
            }
            guard account.take(ledger.byteCount - paid) else { return false }
            paid = ledger.byteCount
            return true
        }
    }

    let limits: OTLPLimits
    private let budget: SeriesBudget
    private let kept = Mutex<[UInt32: Kept]>([:])

    /// - Parameters:
    ///   - series: of one instance.
    ///   - budget: pays for the ledgers too.
    init(series: Int, budget: SeriesBudget) {
        var limits = OTLPLimits(received: .ofInstance(series: series))
        limits.identities = ReportLimits.instances.value
        limits.identityBytes = SeriesLimits.instanceMemory.value.bytes
        limits.bytes = SeriesLimits.ownerMemory.value.bytes / 2
        self.limits = limits
        self.budget = budget
    }

    /// Takes a user's request into its ledger.
    func take(_ request: OTLPRequest, of user: UInt32, at now: UInt64) -> OTLPLedger.Taken {
        kept.withLock { kept in
            if kept[user] == nil, kept.count >= HTTPReportLimits.exporters.value { forgetOldest(&kept) }
            // Taken out, so that nothing is copied while it changes.
            var own =
                kept.removeValue(forKey: user)
                ?? Kept(ledger: OTLPLedger(limits: limits), account: budget.account(of: user), heard: now)
            _ = own.ledger.expire(at: now)
            // Without room for more, what is kept goes on, and what would be new is rejected.
            own.ledger.hold(atMost: own.pay() ? limits.bytes : own.ledger.byteCount)
            let taken = own.ledger.take(request, at: now)
            _ = own.pay()
            own.heard = now
            kept[user] = own
            return taken
        }
    }

    /// Lets go of what an instance has reported.
    func forget(_ identity: InstanceIdentity, of user: UInt32) { kept.withLock { $0[user]?.ledger.forget(identity) } }

    private func forgetOldest(_ kept: inout [UInt32: Kept]) {
        if let oldest = kept.min(by: { $0.value.heard < $1.value.heard })?.key { kept[oldest] = nil }
    }
}
