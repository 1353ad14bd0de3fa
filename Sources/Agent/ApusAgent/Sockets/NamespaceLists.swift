import ApusLimits
import ApusLinux

/// The sockets of other network namespaces than the agent's, listed anew in turn as far as there is time.
struct NamespaceLists {
    private struct Listed {
        /// `nil` where there are too many.
        var list: SocketList?
        var listedAt: UInt64
        var askedAt: UInt64
    }

    /// Of bytes.
    private let budget: WindowBudget
    private let interval: UInt64
    private let read: @Sendable (_ folder: String, _ longest: Int) throws -> SocketList
    private var lists: [NetworkNamespace: Listed] = [:]

    /// What a byte of a list takes before one was read, and the bytes of a socket in it.
    private static let nanosecondsPerByte = 20.0
    private static let bytesPerSocket = 150
    /// The bytes that a list is taken to have before it is read.
    private static let least = 1024

    init?(
        _ budget: Duration, each interval: Duration,
        _ read: @escaping @Sendable (_ folder: String, _ longest: Int) throws -> SocketList
    ) {
        guard
            let budget = WindowBudget(
                budget, each: interval, nanosecondsPerUnit: Self.nanosecondsPerByte, least: UInt64(Self.least))
        else { return nil }
        self.budget = budget
        self.interval = UInt64(max(1, interval / .nanoseconds(1)))
        self.read = read
    }

    /// When a namespace was listed last; 0 of one that was not.
    func listedAt(_ namespace: NetworkNamespace) -> UInt64 { lists[namespace]?.listedAt ?? 0 }

    /// The sockets of a namespace: as they were listed in this interval, or now, or, where there is no time, before.
    ///
    /// - Parameter spend: has what a reading takes counted.
    mutating func list(
        _ namespace: NetworkNamespace, seenIn folder: String, at now: Moment,
        spend: (() -> SocketList?) -> SocketList??
    ) -> SocketSurvey.Look<SocketList> {
        let known = lists[namespace]
        lists[namespace]?.askedAt = now.monotonic
        if let known, now.monotonic - min(now.monotonic, known.listedAt) < interval / 10 * 9 { return Self.look(known) }
        if known == nil {
            // Who asks no more has gone.
            lists = lists.filter { now.monotonic - min(now.monotonic, $0.value.askedAt) < interval * 3 }
            guard lists.count < SamplingLimits.namespaces.value else { return .left }
        }
        let size = max(Self.least, (known?.list?.count ?? 0) * Self.bytesPerSocket)
        let longest = min(SamplingLimits.namespaceList.value.bytes, Int(clamping: budget.largest))
        let found = budget.spend(on: UInt64(size), at: now, telling: { _ in }) {
            spend { [read] in try? read(folder, longest) } ?? nil
        }
        guard let found else { return known.map(Self.look) ?? .waiting }
        let listed = Listed(list: found, listedAt: now.monotonic, askedAt: now.monotonic)
        lists[namespace] = listed
        return Self.look(listed)
    }

    private static func look(_ listed: Listed) -> SocketSurvey.Look<SocketList> { listed.list.map { .found($0) } ?? .left }
}
