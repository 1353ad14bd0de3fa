import ApusMetrics
import AgentMetrics
import Synchronization

/// The rule by which a living process counts as hung; one for all instances of an agent.
package final class HangJudge: Sendable {
    private let threshold: UInt64
    private let waking: Mutex<WakingTime>

    /// - Parameters:
    ///   - threshold: how long a heartbeat or a probe may be overdue.
    ///   - now: when the agent began to run: CLOCK_MONOTONIC in nanoseconds, as are all times here.
    package init(after threshold: Duration, at now: UInt64) {
        self.threshold = UInt64(max(0, threshold / .nanoseconds(1)))
        waking = Mutex(WakingTime(at: now))
    }

    /// Takes note that the agent runs; to be called every second.
    package func turn(at now: UInt64) { waking.withLock { $0.turn(at: now) } }

    /// Whether a process is hung that has given no sign of life for `age` nanoseconds.
    ///
    /// - Parameter wasHung: whether it was hung before: a pause of the agent does not make it well.
    package func isSilent(for age: UInt64, at now: UInt64, wasHung: Bool) -> Bool {
        age > threshold && (wasHung || waking.withLock { $0.span(at: now) } > threshold)
    }

    /// The executor that has run nothing for longest, if that is too long.
    ///
    /// - Parameter lags: of all executors, with the label bytes of each, as the service reports them: to be trusted in nothing.
    package func blocked(_ lags: [(labels: [UInt8], value: Double)]) -> Hang? {
        let limit = Double(threshold) / 1e9
        let overdue = lags.filter { $0.value.isFinite && $0.value > limit }
        guard let worst = overdue.max(by: { $0.value < $1.value }) else { return nil }
        return .blocked(executor: Self.executor(worst.labels), seconds: worst.value)
    }

    /// The name of an executor, fit for one line of a log.
    private static func executor(_ labels: [UInt8]) -> String {
        let key = ExecutorLabels.Key.executor.rawValue
        let name = (try? LabelBytes.parse(labels))?.first { $0.name == key }?.value ?? "without a name"
        let fit = name.unicodeScalars.prefix(64).map { $0.properties.generalCategory == .control ? " " : $0 }
        return String(String.UnicodeScalarView(fit))
    }
}
