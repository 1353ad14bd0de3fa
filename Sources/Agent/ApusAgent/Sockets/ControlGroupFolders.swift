import ApusLinux

/// The numbers of control groups whose sockets are served, and of those below them, looked for anew in turn as far as there is time.
struct ControlGroupFolders {
    private struct Walked {
        var numbers: [UInt64]
        var walkedAt: UInt64
        var askedAt: UInt64
    }

    /// Of folders.
    private let budget: WindowBudget
    private let interval: UInt64
    private var walked: [String: Walked] = [:]

    /// What a folder takes before one was looked at.
    private static let nanosecondsPerFolder = 10_000.0

    init?(_ budget: Duration, each interval: Duration) {
        guard
            let budget = WindowBudget(budget, each: interval, nanosecondsPerUnit: Self.nanosecondsPerFolder, least: 1)
        else { return nil }
        self.budget = budget
        self.interval = UInt64(max(1, interval / .nanoseconds(1)))
    }

    /// When a control group was looked at last; 0 of one that was not.
    func walkedAt(_ path: String) -> UInt64 { walked[path]?.walkedAt ?? 0 }

    /// The numbers of a group and of those below it; none where they are not known yet, or too many.
    ///
    /// - Parameter spend: has what a walk takes counted.
    mutating func numbers(
        of path: String, in tree: ControlGroupTree, at now: Moment, spend: (() -> [UInt64]) -> [UInt64]?
    ) -> [UInt64] {
        let known = walked[path]
        walked[path]?.askedAt = now.monotonic
        if let known, now.monotonic - min(now.monotonic, known.walkedAt) < interval / 10 * 9 { return known.numbers }
        if known == nil {
            // Who asks no more has gone.
            walked = walked.filter { now.monotonic - min(now.monotonic, $0.value.askedAt) < interval * 3 }
        }
        let most = min(256, Int(clamping: budget.largest))
        let found = budget.spend(on: UInt64(max(1, known?.numbers.count ?? 1)), at: now, telling: { _ in }) {
            spend { tree.numbers(of: path, atMost: most) } ?? []
        }
        guard let found else { return known?.numbers ?? [] }
        walked[path] = Walked(numbers: found, walkedAt: now.monotonic, askedAt: now.monotonic)
        return found
    }
}
