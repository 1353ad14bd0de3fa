/// Accounts of the bytes of bodies: a pure value.
///
/// Past the limit unfinished bodies go: the largest one of the peer whose unfinished bodies are the largest together. Bodies of
/// requests that are worked on stay.
package struct BodyAccounts: Sendable {
    package typealias Identifier = UInt64

    private struct Account {
        let peer: ConnectionPeer
        var bytes = 0
        var isWhole = false
    }

    private let limit: Int
    /// The bytes of all accounts.
    package private(set) var total = 0
    /// The bytes of requests that are whole, which pay for nobody.
    package private(set) var whole = 0
    private var accounts: [Identifier: Account] = [:]
    /// Bytes of unfinished bodies.
    private var unfinished: [ConnectionPeer: Int] = [:]
    private var last: Identifier = 0

    /// - Parameter limit: bytes of all accounts.
    package init(limit: Int) { self.limit = limit }

    package mutating func open(for peer: ConnectionPeer) -> Identifier {
        last += 1
        accounts[last] = Account(peer: peer)
        return last
    }

    /// Adds bytes to a body; of an account that is closed or whole they are not counted.
    ///
    /// - Returns: the accounts that are closed to make room, the asking one among them when it is the one that pays.
    package mutating func add(_ count: Int, to identifier: Identifier) -> [Identifier] {
        guard let account = accounts[identifier], !account.isWhole else { return [] }
        accounts[identifier]?.bytes += count
        unfinished[account.peer, default: 0] += count
        total += count
        var gone: [Identifier] = []
        while total > limit, let payer = payer() {
            close(payer)
            gone.append(payer)
        }
        return gone
    }

    private func payer() -> Identifier? {
        accounts.filter { !$0.value.isWhole && $0.value.bytes > 0 }.max { rank($0) < rank($1) }?.key
    }

    /// Who comes last pays first; the identifiers rise, so that of equals the oldest one pays.
    private func rank(_ entry: (key: Identifier, value: Account)) -> (Int, Int, Identifier) {
        (unfinished[entry.value.peer, default: 0], entry.value.bytes, .max - entry.key)
    }

    package mutating func complete(_ identifier: Identifier) {
        guard let account = accounts[identifier], !account.isWhole else { return }
        accounts[identifier]?.isWhole = true
        release(account)
        whole += account.bytes
    }

    package mutating func close(_ identifier: Identifier) {
        guard let account = accounts.removeValue(forKey: identifier) else { return }
        total -= account.bytes
        if account.isWhole { whole -= account.bytes } else { release(account) }
    }

    private mutating func release(_ account: Account) {
        let left = unfinished[account.peer, default: account.bytes] - account.bytes
        unfinished[account.peer] = left > 0 ? left : nil
    }
}
