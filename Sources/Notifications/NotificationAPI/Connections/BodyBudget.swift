import ApusHTTP
import NIOCore
import Synchronization

/// The bytes of all bodies that a server holds at a time, and the decision who pays when they are too many.
///
/// The pure part is ``BodyAccounts``; this one tells the connection that pays.
final class BodyBudget: Sendable {
    private struct State {
        var accounts: BodyAccounts
        var payers: [BodyAccounts.Identifier: @Sendable () -> Void] = [:]
    }

    private let state: Mutex<State>

    /// - Parameter limit: bytes of all bodies.
    init(limit: Int) { state = Mutex(State(accounts: BodyAccounts(limit: limit))) }

    /// The bytes that are held.
    var bytes: Int { state.withLock { $0.accounts.total } }

    /// Opens the account of a request.
    ///
    /// - Parameter pay: called on any thread when the request has to give its bytes back.
    func open(pay: @escaping @Sendable () -> Void) -> BodyAccounts.Identifier {
        state.withLock { state in
            let identifier = state.accounts.open()
            state.payers[identifier] = pay
            return identifier
        }
    }

    /// Adds bytes to a request's body, and has others pay where there is no room left.
    ///
    /// - Returns: false when the request itself has to pay: its bytes are not held any more.
    func add(_ count: Int, to identifier: BodyAccounts.Identifier) -> Bool {
        let (paying, isHeld) = state.withLock { state in
            let gone = state.accounts.add(count, to: identifier)
            let paying = gone.filter { $0 != identifier }.compactMap { state.payers.removeValue(forKey: $0) }
            if gone.contains(identifier) { state.payers[identifier] = nil }
            return (paying, !gone.contains(identifier))
        }
        for pay in paying { pay() }
        return isHeld
    }

    /// Notes that a request is whole: it is worked on now, and pays for nobody.
    func complete(_ identifier: BodyAccounts.Identifier) { state.withLock { $0.accounts.complete(identifier) } }

    /// Gives back what a request holds.
    func close(_ identifier: BodyAccounts.Identifier) {
        state.withLock {
            $0.accounts.close(identifier)
            $0.payers[identifier] = nil
        }
    }
}

/// Accounts of the bytes of bodies: a pure value.
///
/// Past the limit the oldest unfinished bodies go, those of requests that are worked on stay.
struct BodyAccounts: Sendable {
    typealias Identifier = UInt64

    private let limit: Int
    private(set) var total = 0
    private var unfinished: [Identifier: Int] = [:]
    private var whole: [Identifier: Int] = [:]
    private var last: Identifier = 0

    init(limit: Int) { self.limit = limit }

    mutating func open() -> Identifier {
        last += 1
        unfinished[last] = 0
        return last
    }

    /// - Returns: the accounts that are closed to make room, the asking one among them when all others are whole.
    mutating func add(_ count: Int, to identifier: Identifier) -> [Identifier] {
        guard let held = unfinished[identifier] else { return [] }
        unfinished[identifier] = held + count
        total += count
        var gone: [Identifier] = []
        while total > limit {
            // The identifiers rise, so that the smallest one is the oldest.
            let others = unfinished.filter { $0.key != identifier && $0.value > 0 }
            let payer = others.keys.min() ?? identifier
            close(payer)
            gone.append(payer)
            if payer == identifier { break }
        }
        return gone
    }

    mutating func complete(_ identifier: Identifier) {
        if let held = unfinished.removeValue(forKey: identifier) { whole[identifier] = held }
    }

    mutating func close(_ identifier: Identifier) {
        total -= (unfinished.removeValue(forKey: identifier) ?? 0) + (whole.removeValue(forKey: identifier) ?? 0)
    }
}
