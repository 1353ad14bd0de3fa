import NotificationStore
import Testing

extension StorePromise {
    static let claiming: [StorePromise] =
        [
            StorePromise("two claimers never get the same") { stores async throws in
                try await stores.first.add(.samples(5))
                let first = try await stores.first.claim(3, by: "host-1-a")
                let second = try await stores.second.claim(10, by: "host-2-b")
                #expect(first.titles == ["0", "1", "2"])
                #expect(second.titles == ["3", "4"])
                #expect(try await stores.first.claim().notifications.isEmpty)
            },
            StorePromise("the longest due comes first, and of one moment the first stored") { stores async throws in
                let now = stores.clock.now
                try await stores.first.add([
                    .sample("30", deliverAt: now + .seconds(30)), .sample("10", deliverAt: now + .seconds(10)),
                    .sample("20a", deliverAt: now + .seconds(20)), .sample("20b", deliverAt: now + .seconds(20)),
                    .sample("later", deliverAt: now + .seconds(31)),
                ])
                stores.clock.advance(by: .seconds(30))
                let claim = try await stores.first.claim()
                #expect(claim.titles == ["10", "20a", "20b", "30"])
                #expect(claim.notifications.map(\.waited) == [.seconds(20), .seconds(10), .seconds(10), .zero])
            },
            StorePromise("a lease says who holds it and until when") { stores async throws in
                try await stores.first.add(.samples(1))
                let claim = try await stores.first.claim(by: "host-7-x")
                let record = try present(try await stores.second.notification(try present(claim.ids.first)))
                #expect(record.status == .processing)
                #expect(record.lockedBy == "host-7-x")
                #expect(record.lockExpiry == stores.clock.now + .seconds(30))
                #expect(claim.leases.map(\.expiry) == [stores.clock.now + .seconds(30)])
            },
            StorePromise("tokens are unique and rise over claims, stores and positions") { stores async throws in
                try await stores.first.add(.samples(9))
                var tokens: [Int64] = []
                for store in [stores.first, stores.second, stores.first] {
                    tokens += try await store.claim(3).leases.map(\.token)
                }
                #expect(tokens.count == 9)
                #expect(zip(tokens, tokens.dropFirst()).allSatisfy { $0 < $1 })
                // They do not start again with another process.
                stores.clock.advance(by: .seconds(30))
                let other = try stores.place.open(clock: stores.clock)
                #expect(try await other.claim(1, by: "host-2-b").hasSuspects)
                let again = try await other.claimSuspect()
                #expect(try present(again.leases.first).token > (try present(tokens.last)))
            },
            StorePromise("a lease ends at its expiry and not before") { stores async throws in
                try await stores.first.add(.samples(2))
                let lost = try await stores.first.claim(by: "host-1-a")
                stores.clock.advance(by: .seconds(30) - .milliseconds(1))
                #expect(try await stores.second.claim(by: "host-2-b") == Claim(notifications: [], reclaimed: 0))
                stores.clock.advance(by: .milliseconds(1))
                #expect(
                    try await stores.second.claim(by: "host-2-b")
                        == Claim(notifications: [], reclaimed: 2, hasSuspects: true))
                let claim = try await stores.second.claimSuspect(by: "host-2-b")
                #expect(claim.titles == ["0"])
                #expect(claim.notifications.map(\.attempts) == [0])
                #expect(try present(claim.leases.first).token > (try present(lost.leases.last)).token)
            },
            StorePromise("eight claimers over two stores take each of 2,000 once") { stores async throws in
                let ids = Set(try await stores.enqueueThousands(2))
                let claimed = try await withThrowingTaskGroup(of: [Lease].self) { group in
                    for number in 0..<8 {
                        let store = number.isMultiple(of: 2) ? stores.first : stores.second
                        group.addTask { try await drain(store, owner: "host-\(number)-x") }
                    }
                    return try await group.reduce(into: []) { $0 += $1 }
                }
                #expect(claimed.count == 2000)
                #expect(Set(claimed.map(\.notification)) == ids)
                #expect(Set(claimed.map(\.token)).count == 2000)
                #expect(
                    try await stores.first.counts()
                        == StoreCounts(pending: 0, processing: 0, delivered: 2000, dead: 0, attempts: 2000))
            },
        ]
        + [0, -1].map { limit in
            StorePromise("a claim of none takes none: \(limit)") { stores async throws in
                try await stores.first.add(.samples(2))
                #expect(try await stores.first.claim(limit).notifications.isEmpty)
                #expect(try await stores.first.queueDepth().pending == 2)
            }
        }
}

/// Claims and records until nothing is left.
private func drain(_ store: any NotificationStore, owner: String) async throws -> [Lease] {
    var leases: [Lease] = []
    while true {
        let claim = try await store.claim(7, by: owner)
        guard !claim.notifications.isEmpty else { return leases }
        leases += claim.leases
        #expect(try await store.record(claim.notifications.map { $0.outcome(.delivered) }).isEmpty)
    }
}

extension StorePair {
    fileprivate func enqueueThousands(_ count: Int) async throws -> [NotificationID] {
        var ids: [NotificationID] = []
        for _ in 0..<count {
            let batch = NewNotification.samples(1000)
            try await first.add(batch)
            ids += batch.map(\.id)
        }
        return ids
    }
}
