import Synchronization

/// A worker in one line, such as `delivering 12/s, 3 leased, queue 40`.
///
/// The rate is that since the last line; lines that come within a second keep it.
package final class WorkerStatus: Sendable {
    private struct State {
        var last: (delivered: UInt64, moment: ContinuousClock.Instant)?
        var rate = 0.0
    }

    private let state = Mutex(State())

    package init() {}

    /// Writes the line.
    ///
    /// - Parameters:
    ///   - delivered: the deliveries since the worker's start.
    ///   - queue: how many are due; nil while that is not known.
    ///   - isFailing: whether the store refuses what it is asked.
    package func line(
        delivered: UInt64, leased: Int, queue: Int?, isFailing: Bool = false, at now: ContinuousClock.Instant = .now
    ) -> String {
        let rate = state.withLock { state in
            guard let last = state.last else {
                state.last = (delivered, now)
                return state.rate
            }
            let elapsed = last.moment.duration(to: now) / .seconds(1)
            if elapsed >= 1 {
                state.rate = Double(delivered - min(last.delivered, delivered)) / elapsed
                state.last = (delivered, now)
            }
            return state.rate
        }
        return "delivering \(Self.text(rate))/s, \(leased) leased" + (queue.map { ", queue \($0)" } ?? "")
            + (isFailing ? ", the database fails" : "")
    }

    /// Writes a rate, with a decimal below ten.
    private static func text(_ rate: Double) -> String {
        let tenths = Int((rate * 10).rounded())
        return tenths >= 100 || tenths % 10 == 0 ? "\(Int(rate.rounded()))" : "\(tenths / 10).\(tenths % 10)"
    }
}
