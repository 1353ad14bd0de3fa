import ApusLimits
import ApusLinux
import Glibc

/// The sockets of other network namespaces than the agent's, listed anew in turn as far as there is time.
struct NamespaceLists: Sendable {
    private struct Listed {
        /// `nil` before the first, and where there are too many.
        var list: SocketList?
        var isTooLong = false
        /// When it was listed, or could not be first: CLOCK_MONOTONIC in nanoseconds.
        var at: UInt64
    }

    /// A budget of bytes.
    private let budget: WindowBudget
    private let interval: UInt64
    private let read: @Sendable (_ folder: String, _ longest: Int) throws -> SocketList
    private var turns: ReadingTurns<NetworkNamespace>
    private var lists: [NetworkNamespace: Listed] = [:]

    /// What a byte of a list takes before one was read, and the bytes of a socket in it.
    private static let nanosecondsPerByte = 20.0
    private static let bytesPerSocket = 150
    /// What opening the five files of a list takes, as so many bytes of it.
    private static let opening = 4096
    /// The intervals by which a list may be older than its turn explains.
    private static let patience = 3

    init?(
        _ budget: Duration, each interval: Duration,
        _ read: @escaping @Sendable (_ folder: String, _ longest: Int) throws -> SocketList
    ) {
        guard
            let budget = WindowBudget(
                budget, each: interval, nanosecondsPerUnit: Self.nanosecondsPerByte, least: UInt64(Self.opening),
                admitsFirst: true)
        else { return nil }
        self.budget = budget
        self.interval = UInt64(max(1, interval / .nanoseconds(1)))
        turns = ReadingTurns(each: self.interval)
        self.read = read
    }

    /// When a namespace had its turn last; 0 of one that had none.
    func readAt(_ namespace: NetworkNamespace) -> UInt64 { turns.readAt(namespace) }

    /// The sockets of a namespace: as they were listed in this interval, or now, or, where there is no time, before.
    ///
    /// - Parameters:
    ///   - spend: has what a reading takes counted.
    ///   - tell: is told why a namespace could not be listed, other than for its length.
    mutating func list(
        _ namespace: NetworkNamespace, seenIn folder: String, at now: Moment,
        spend: (() throws -> SocketList) throws -> SocketList?, tell: (any Error) -> Void
    ) -> SocketSurvey.Look<SocketList> {
        for gone in turns.forget(at: now.monotonic) { lists[gone] = nil }
        let known = lists[namespace]
        guard turns.has(namespace) || turns.count < SamplingLimits.namespaces.value else { return .left }
        let size = UInt64(Self.size(of: known?.list))
        guard let others = turns.ask(namespace, size: size, at: now.monotonic) else { return look(known, at: now) }
        let longest = max(
            1, min(SamplingLimits.namespaceList.value.bytes, Int(clamping: budget.largest) - Self.opening))
        let outcome = budget.spend(
            on: size, after: others, at: now, telling: { _ in }, measuring: { Self.size(of: $0, longest) }
        ) {
            [read] in Result { try spend { try read(folder, longest) } }
        }
        guard let outcome else { return look(known, at: now) }
        turns.read(namespace, at: now.monotonic)
        switch outcome {
        case .success(let list): lists[namespace] = Listed(list: list, at: now.monotonic)
        case .failure(let error as LinuxError) where error.code == EFBIG:
            lists[namespace] = Listed(isTooLong: true, at: now.monotonic)
        case .failure(let error):
            lists[namespace] = known ?? Listed(at: now.monotonic)
            // Its process may have ended in between.
            if let error = error as? LinuxError, error.isAbsence || error.isProcessGone { break }
            tell(error)
        }
        return look(lists[namespace], at: now)
    }

    private static func size(of list: SocketList?) -> Int {
        opening + (list.map { $0.textBytes ?? $0.count * bytesPerSocket } ?? 0)
    }

    /// One that is too long was read as far as it may be.
    private static func size(of outcome: Result<SocketList?, any Error>, _ longest: Int) -> UInt64 {
        switch outcome {
        case .success(let list): UInt64(size(of: list))
        case .failure(let error): (error as? LinuxError)?.code == EFBIG ? UInt64(opening + longest) : 0
        }
    }

    private func look(_ known: Listed?, at now: Moment) -> SocketSurvey.Look<SocketList> {
        guard let known else { return .waiting }
        // One a turn is read in any case: what is older could not be.
        let oldest = UInt64(turns.count + Self.patience) * interval
        guard !known.isTooLong, now.monotonic - min(now.monotonic, known.at) <= oldest else { return .left }
        return known.list.map { .found($0) } ?? .waiting
    }
}
