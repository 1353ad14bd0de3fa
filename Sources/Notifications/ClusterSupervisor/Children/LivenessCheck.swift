import ApusLimits

/// How a supervisor learns that a child that was ready has come to hang.
package struct LivenessCheck: Sendable {
    /// The time between two probes.
    package var interval: Duration
    /// How long the child must have been hung, at every probe, before it is ended.
    package var patience: Duration
    /// The question whether the child works; it must answer in a bounded time.
    package var probe: @Sendable () async -> Liveness

    package init(
        interval: Duration = .seconds(5), patience: Duration = SupervisorLimits.silence.value,
        probe: @escaping @Sendable () async -> Liveness
    ) {
        self.interval = interval
        self.patience = patience
        self.probe = probe
    }

    /// Watches a child.
    ///
    /// - Returns: why it is hung; nil when the task was cancelled.
    func hang() async -> String? {
        let clock = ContinuousClock()
        var hungSince: ContinuousClock.Instant?
        while (try? await Task.sleep(for: interval)) != nil {
            let asked = clock.now
            switch await probe() {
            case .works, .unknown:
                hungSince = nil
            case .hung(let reason):
                let since = hungSince ?? asked
                hungSince = since
                if since.duration(to: clock.now) >= patience, !Task.isCancelled { return reason }
            }
        }
        return nil
    }
}

/// Whether a child works, as far as anybody can say.
package enum Liveness: Sendable, Hashable {
    case works
    case hung(reason: String)
    /// Who was asked does not know, which is no reason to end the child.
    case unknown
}
