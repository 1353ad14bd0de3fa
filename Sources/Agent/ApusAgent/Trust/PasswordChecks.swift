import ApusHTTP
import ApusLimits
import ApusThreads
import Synchronization

/// Whether users have given their passwords: one computation of bcrypt at a time, on a thread of its own, whose result is remembered.
///
/// Who is not known costs the same computation, so that nobody learns from the time who is. A password is not kept: what is remembered,
/// and what is compared with it, is a number of 128 bits by a key of this process.
final class PasswordChecks: Sendable {
    enum Result: Sendable {
        case right
        case wrong
        /// Too many wait for theirs.
        case busy
    }

    /// Stands for a user, the hash and the password.
    struct Mark: Hashable, Sendable {
        fileprivate let high: Int
        fileprivate let low: Int
    }

    private struct Waiting {
        let mark: Mark
        let password: [UInt8]
        let hash: BcryptHash
        let isKnown: Bool
        let peer: ConnectionPeer
        var then: [@Sendable (Result) -> Void]
    }

    private struct State {
        /// As many as there may be users, so that those who take turns are all known.
        var right = RecentMarks(TrustLimits.users.value)
        var wrong = RecentMarks(TrustLimits.results.value)
        /// The checks that wait, the one under way first.
        var waiting: [Waiting] = []
        /// Whether a thread computes: the one there is at a time.
        var isRunning = false
    }

    private let state = Mutex(State())
    private let key: (UInt64, UInt64) = (.random(in: .min ... .max), .random(in: .min ... .max))
    private let counted: @Sendable () -> Void

    /// - Parameter counted: is told of each computation.
    init(counted: @escaping @Sendable () -> Void) { self.counted = counted }

    /// What is remembered of a password; `nil`: nothing.
    private func known(_ mark: Mark, in state: State) -> Result? {
        state.right.contains(mark) ? .right : state.wrong.contains(mark) ? .wrong : nil
    }

    /// Checks a password.
    ///
    /// - Parameters:
    ///   - configuration: says who is known, and by which hash.
    ///   - then: is told the result where it is not known at once; on any thread.
    /// - Returns: the result where it is; `nil` where there is a computation first.
    func check(
        _ credentials: ClaimedUser, by configuration: WebConfiguration, of peer: ConnectionPeer,
        then: @escaping @Sendable (Result) -> Void
    ) -> Result? {
        let known = configuration.users[credentials.user]
        let hash = known ?? BcryptHash(ofNobodyAt: configuration.cost(ofNobodyCalled: credentials.user, key: key.0))
        let mark = mark(credentials, hash)
        let (result, isFirst) = state.withLock { state -> (Result?, Bool) in
            if let result = self.known(mark, in: state) { return (result, false) }
            if let place = state.waiting.firstIndex(where: { $0.mark == mark }) {
                // Several requests of one client; each holds a connection.
                state.waiting[place].then.append(then)
                return (nil, false)
            }
            guard state.waiting.count < TrustLimits.checks.value,
                state.waiting.filter({ $0.peer == peer }).count < TrustLimits.checkShare.value
            else { return (.busy, false) }
            state.waiting.append(
                Waiting(
                    mark: mark, password: credentials.password, hash: hash, isKnown: known != nil, peer: peer, then: [then]))
            defer { state.isRunning = true }
            return (nil, !state.isRunning)
        }
        if isFirst, !DetachedThread(name: "apus-password", body: { self.run() }).start() { giveUp() }
        return result
    }

    /// Computes until nobody waits.
    private func run() {
        var computed: (mark: Mark, isRight: Bool)?
        while true {
            // What is done goes and the next one is taken at once, or another thread could take the same.
            let (done, next) = state.withLock { [computed] state -> (Waiting?, Waiting?) in
                var done: Waiting?
                if let computed {
                    if computed.isRight { state.right.insert(computed.mark) } else { state.wrong.insert(computed.mark) }
                    let place = state.waiting.firstIndex { $0.mark == computed.mark }
                    done = place.map { state.waiting.remove(at: $0) }
                }
                state.isRunning = !state.waiting.isEmpty
                return (done, state.waiting.first)
            }
            if let done, let computed { for then in done.then { then(computed.isRight ? .right : .wrong) } }
            guard let next else { return }
            counted()
            computed = (next.mark, next.hash.isOf(next.password) && next.isKnown)
        }
    }

    /// Turns all away, as there is no thread.
    private func giveUp() {
        let all = state.withLock { state in
            defer { (state.waiting, state.isRunning) = ([], false) }
            return state.waiting
        }
        for one in all { for then in one.then { then(.busy) } }
    }

    private func mark(_ credentials: ClaimedUser, _ hash: BcryptHash) -> Mark {
        func half(_ key: UInt64) -> Int {
            // SipHash, whose own key is one of this process as well.
            var hasher = Hasher()
            hasher.combine(key)
            hasher.combine(credentials.user)
            hasher.combine(hash)
            hasher.combine(credentials.password)
            return hasher.finalize()
        }
        return Mark(high: half(key.0), low: half(key.1))
    }
}

/// The last marks of several.
private struct RecentMarks {
    private let most: Int
    private var marks: Set<PasswordChecks.Mark> = []
    /// In the order in which they came, around from `next` on once there are as many as there may be.
    private var order: [PasswordChecks.Mark] = []
    private var next = 0

    init(_ most: Int) { self.most = most }

    func contains(_ mark: PasswordChecks.Mark) -> Bool { marks.contains(mark) }

    mutating func insert(_ mark: PasswordChecks.Mark) {
        guard marks.insert(mark).inserted else { return }
        guard order.count == most else { return order.append(mark) }
        marks.remove(order[next])
        order[next] = mark
        next = (next + 1) % most
    }
}
