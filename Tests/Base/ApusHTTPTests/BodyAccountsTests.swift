import ApusHTTP
import Synchronization
import Testing

@Suite struct BodyAccountsTests {
    private let one = ConnectionPeer.ipv4(1)
    private let other = ConnectionPeer.ipv4(2)

    @Test func `the peer whose bodies are the largest together pays, with its largest`() {
        var accounts = BodyAccounts(limit: 100)
        let honest = accounts.open(for: one)
        #expect(accounts.add(50, to: honest).isEmpty)
        let flood = (0..<3).map { _ in accounts.open(for: other) }
        for (account, bytes) in zip(flood, [10, 30, 10]) { #expect(accounts.add(bytes, to: account).isEmpty) }
        #expect(accounts.total == 100)
        #expect(accounts.add(5, to: flood[0]) == [flood[1]])
        #expect(accounts.add(10, to: honest).isEmpty)
        #expect(accounts.total == 85)
    }

    @Test func `who asks pays for itself when it holds the most`() {
        var accounts = BodyAccounts(limit: 100)
        let small = (0..<5).map { _ in accounts.open(for: one) }
        for account in small { _ = accounts.add(10, to: account) }
        let large = accounts.open(for: one)
        #expect(accounts.add(40, to: large).isEmpty)
        #expect(accounts.add(20, to: large) == [large])
        #expect(accounts.total == 50)
        // Closed, it costs nothing more.
        #expect(accounts.add(1000, to: large).isEmpty)
        #expect(accounts.total == 50)
    }

    @Test func `who pays is told by its account, which no later request has`() {
        let budget = BodyBudget(limit: 100)
        let told = Mutex<[BodyAccounts.Identifier]>([])
        let first = budget.open(for: .ipv4(1)) { account in told.withLock { $0.append(account) } }
        #expect(budget.add(60, to: first))
        let other = budget.open(for: .ipv4(2)) { account in told.withLock { $0.append(account) } }
        #expect(budget.add(50, to: other))
        budget.close(first)
        let next = budget.open(for: .ipv4(1)) { account in told.withLock { $0.append(account) } }
        #expect(told.withLock { $0 } == [first] && next != first)
        #expect(budget.bytes == 50)
    }

    @Test func `of equal bodies the oldest one pays`() {
        var accounts = BodyAccounts(limit: 20)
        let all = (0..<3).map { _ in accounts.open(for: one) }
        for account in all.prefix(2) { _ = accounts.add(10, to: account) }
        #expect(accounts.add(10, to: all[2]) == [all[0]])
    }

    @Test func `what is worked on pays for nobody, and is counted until it is closed`() {
        var accounts = BodyAccounts(limit: 100)
        let whole = accounts.open(for: one)
        _ = accounts.add(90, to: whole)
        accounts.complete(whole)
        #expect(accounts.whole == 90)
        let asking = accounts.open(for: other)
        #expect(accounts.add(20, to: asking) == [asking])
        #expect(accounts.total == 90)
        accounts.close(whole)
        accounts.close(whole)
        #expect(accounts.total == 0)
        #expect(accounts.whole == 0)
    }
}
