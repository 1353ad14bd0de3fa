import ApusLinux

/// The numbers of control groups whose sockets are served, and of those below them, looked for anew in turn as far as there is time.
struct ControlGroupFolders: Sendable {
    /// A budget of folders.
    private let budget: WindowBudget
    private var turns: ReadingTurns<String>
    /// `nil` where there are too many.
    private var walked: [String: [UInt64]?] = [:]

    /// What a folder takes before one was looked at.
    private static let nanosecondsPerFolder = 10_000.0
    /// Folders that one control group may have below it.
    private static let most = 256

    init?(_ budget: Duration, each interval: Duration) {
        guard
            let budget = WindowBudget(
                budget, each: interval, nanosecondsPerUnit: Self.nanosecondsPerFolder, least: 1, admitsFirst: true)
        else { return nil }
        self.budget = budget
        turns = ReadingTurns(each: UInt64(max(1, interval / .nanoseconds(1))))
    }

    /// When a control group had its turn last; 0 of one that had none.
    func readAt(_ path: String) -> UInt64 { turns.readAt(path) }

    /// The numbers of a group and of those below it; none of one that is not there.
    ///
    /// - Parameter spend: has what a walk takes counted.
    mutating func numbers(
        of path: String, in tree: ControlGroupTree, at now: Moment, spend: (() -> [UInt64]?) -> [UInt64]??
    ) -> SocketSurvey.Look<[UInt64]> {
        for gone in turns.forget(at: now.monotonic) { walked[gone] = nil }
        let size = UInt64(max(1, walked[path]??.count ?? 1))
        guard let others = turns.ask(path, size: size, at: now.monotonic) else { return look(path) }
        let most = max(1, min(Self.most, Int(clamping: budget.largest)))
        let found = budget.spend(
            on: size, after: others, at: now, telling: { _ in }, measuring: { UInt64($0?.count ?? most) }
        ) { spend { tree.numbers(of: path, atMost: most) } ?? nil }
        guard let found else { return look(path) }
        turns.read(path, at: now.monotonic)
        walked.updateValue(found, forKey: path)
        return look(path)
    }

    private func look(_ path: String) -> SocketSurvey.Look<[UInt64]> {
        guard let known = walked[path] else { return .waiting }
        return known.map { .found($0) } ?? .left
    }
}
