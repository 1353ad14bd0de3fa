import NIOCore
import Synchronization

/// The bytes of all bodies that a server holds at a time, and the decision who pays when they are too many.
///
/// The pure part is ``BodyAccounts``; this one tells the connection that pays.
package final class BodyBudget: Sendable {
    private struct State {
        var accounts: BodyAccounts
        var payers: [BodyAccounts.Identifier: @Sendable (BodyAccounts.Identifier) -> Void] = [:]
    }

    private let state: Mutex<State>

    /// - Parameter limit: bytes of all bodies.
    package init(limit: Int) {
        state = Mutex(State(accounts: BodyAccounts(limit: limit)))
    }

    /// The bytes that are held.
    package var bytes: Int { state.withLock { $0.accounts.total } }

    /// Opens the account of a request.
    ///
    /// - Parameter pay: called with the account, on any thread, when the request has to give its bytes back. By the time that its connection
    ///   hears of it, another request may have taken its place, with an account of its own.
    package func open(
        for peer: ConnectionPeer, pay: @escaping @Sendable (BodyAccounts.Identifier) -> Void
    ) -> BodyAccounts.Identifier {
        state.withLock { state in
            let identifier = state.accounts.open(for: peer)
            state.payers[identifier] = pay
            return identifier
        }
    }

    /// Adds bytes to a request's body, and has whoever holds the most pay where there is no room left.
    ///
    /// - Returns: false when the request itself has to pay: its bytes are not held any more.
    package func add(_ count: Int, to identifier: BodyAccounts.Identifier) -> Bool {
        let (paying, isHeld) = state.withLock { state in
            let gone = state.accounts.add(count, to: identifier)
            let paying = gone.filter { $0 != identifier }.compactMap { gone in
                state.payers.removeValue(forKey: gone).map { (gone, $0) }
            }
            if gone.contains(identifier) { state.payers[identifier] = nil }
            return (paying, !gone.contains(identifier))
        }
        for (account, pay) in paying { pay(account) }
        return isHeld
    }

    /// Notes that a request is whole: it is worked on now, and pays for nobody.
    package func complete(_ identifier: BodyAccounts.Identifier) { state.withLock { $0.accounts.complete(identifier) } }

    /// Gives back what a request holds.
    package func close(_ identifier: BodyAccounts.Identifier) {
        state.withLock {
            $0.accounts.close(identifier)
            $0.payers[identifier] = nil
        }
    }
}
