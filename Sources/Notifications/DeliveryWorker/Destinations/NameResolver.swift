import ApusLimits
import ApusThreads
import CLinux
package import NIOCore
import NIOPosix
package import NotificationMetrics
import Synchronization

/// Looks names up, many at a time, on threads of its own: a name whose server does not answer makes nobody wait who does not ask for it,
/// and those who do only for a while.
package final class NameResolver: Sendable {
    /// Looks a name up, and blocks meanwhile.
    package typealias Lookup = @Sendable (String) -> Result<[SocketAddress], LookupError>

    private struct State {
        var cache = NameCache()
        /// The callers that wait, by the name that is being looked up or is to be.
        var waiting: [String: [Race<[SocketAddress]>]] = [:]
        var queue = LookupQueue()
    }

    private let state = Mutex(State())
    private let lookup: Lookup
    private let patience: Duration
    private let observe: @Sendable (LookupResult, _ names: Int) -> Void

    /// - Parameters:
    ///   - patience: how long a caller waits for a name.
    ///   - observe: is told of what came of each look-up, and how many names are kept.
    package init(
        lookup: @escaping Lookup = NameResolver.systemLookup, patience: Duration = DeliveryLimits.lookupTime.value,
        observe: @escaping @Sendable (LookupResult, _ names: Int) -> Void = { _, _ in }
    ) {
        self.lookup = lookup
        self.patience = patience
        self.observe = observe
    }

    /// The addresses of a host, which may be one itself.
    ///
    /// - Throws: ``LookupError``, or `CancellationError`.
    package func addresses(of host: String, port: Int) async throws -> [SocketAddress] {
        if let address = try? SocketAddress(ipAddress: host, port: port) { return [address] }
        return try await addresses(of: host).map { address in
            var address = address
            address.port = port
            return address
        }
    }

    /// Has a name looked up again, because its addresses do not answer.
    package func expire(_ host: String) { state.withLock { $0.cache.expire(host, at: .now) } }

    private func addresses(of name: String) async throws -> [SocketAddress] {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let race = Race<[SocketAddress]>(on: loop)
        let (result, thread) = state.withLock { Self.ask(for: name, race: race, in: &$0) }
        if let thread { start(thread) }
        if let result {
            race.succeed([])
            if case .failure(.busy) = result { tell(.refused) }
            return try result.get()
        }
        let timer = loop.scheduleTask(in: TimeAmount(patience)) { [self] in
            giveUp(name, race)
        }
        defer { timer.cancel() }
        return try await race.value
    }

    /// Lets a caller go who has waited enough. Only of a name that was being looked up it says something that its server did not answer.
    private func giveUp(_ name: String, _ race: Race<[SocketAddress]>) {
        let error = state.withLock { state in
            state.queue.isUnderWay(name) ? LookupError.noAnswer("no answer within \(patience)") : .busy(state.queue.count)
        }
        guard race.fail(error) else { return }
        guard case .noAnswer = error else { return tell(.refused) }
        state.withLock { $0.cache.store(.failure(error), of: name, at: .now) }
        tell(.timeout)
    }

    /// Answers from the cache, or has the name looked up.
    ///
    /// - Returns: the answer, when there is one at once, and the name for which a thread is to be started.
    private static func ask(
        for name: String, race: Race<[SocketAddress]>, in state: inout State
    ) -> (Result<[SocketAddress], LookupError>?, thread: String?) {
        let now = ContinuousClock.now
        switch state.cache.answer(name, at: now) {
        case .known(let addresses): return (.success(addresses), nil)
        case .failed(let error): return (.failure(error), nil)
        case .stale(let addresses):
            if state.waiting[name] != nil { return (.success(addresses), nil) }
            // Nobody waits for it, but one who would must find it under way.
            return (.success(addresses), thread: enqueue(name, [], at: now, in: &state))
        case .none: break
        }
        if state.waiting[name] != nil {
            state.waiting[name]?.append(race)
            return (nil, nil)
        }
        guard state.queue.accepts(lane(of: name, at: now, in: state)) else { return (.failure(.busy(state.queue.count)), nil) }
        return (nil, thread: enqueue(name, [race], at: now, in: &state))
    }

    private static func lane(of name: String, at now: ContinuousClock.Instant, in state: State) -> LookupQueue.Lane {
        if state.cache.isKnown(name) { return .known }
        return state.cache.isSlow(name, at: now) ? .slow : .new
    }

    private static func enqueue(
        _ name: String, _ waiting: [Race<[SocketAddress]>], at now: ContinuousClock.Instant, in state: inout State
    ) -> String? {
        state.waiting[name] = waiting
        return state.queue.add(name, lane(of: name, at: now, in: state)) ? name : nil
    }

    private func start(_ name: String) {
        let thread = DetachedThread(name: "apus-lookup") { [self] in work(from: name) }
        guard !thread.start() else { return }
        finish(name, .failure(.noAnswer("the system grants no thread")))
    }

    /// Looks up one name after the other until none waits that this thread may take.
    private func work(from name: String) {
        var next: String? = name
        while let name = next {
            finish(name, lookup(name))
            next = state.withLock { state in
                state.queue.next { name, lane in
                    // The addresses of a name that worked before are renewed for those who will ask; for another somebody must wait.
                    let isWanted = lane == .known || state.waiting[name]?.contains { !$0.hasEnded } == true
                    if !isWanted { state.waiting[name] = nil }
                    return isWanted
                }
            }
        }
    }

    private func finish(_ name: String, _ result: Result<[SocketAddress], LookupError>) {
        let waiting = state.withLock { state in
            state.cache.store(result, of: name, at: .now)
            state.queue.finish(name)
            return state.waiting.removeValue(forKey: name) ?? []
        }
        switch result {
        case .success(let addresses):
            tell(.found)
            for race in waiting { race.succeed(addresses) }
        case .failure(let error):
            if case .unknown = error { tell(.unknown) } else { tell(.failed) }
            for race in waiting { race.fail(error) }
        }
    }

    private func tell(_ result: LookupResult) { observe(result, state.withLock { $0.cache.count }) }

    /// Asks the system, getaddrinfo(3).
    package static let systemLookup: Lookup = { name in
        var text = [CChar](repeating: 0, count: 4096)
        let code = apus_look_up(name, &text, Int32(text.count))
        guard code == 0 else {
            let reason = String(cString: apus_lookup_reason(code))
            return .failure(apus_lookup_is_final(code) ? .unknown(reason) : .noAnswer(reason))
        }
        let addresses = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            .split(separator: "\n").compactMap { try? SocketAddress(ipAddress: String($0), port: 0) }
        return addresses.isEmpty ? .failure(.unknown("no address of this host's families")) : .success(addresses)
    }
}
