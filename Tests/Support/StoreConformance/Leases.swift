import NotificationStore
import Testing

extension StorePromise {
    static let leases: [StorePromise] =
        [
            StorePromise("a holder whose lease has passed to another changes nothing") { stores async throws in
                try await stores.first.add(.samples(1))
                let stale = try present(try await stores.first.claim(by: "host-1-a").notifications.first)
                let id = stale.notification.id
                stores.clock.advance(by: .seconds(30))
                let current = try present(try await stores.second.claimSuspect(by: "host-2-b").notifications.first)
                let before = try await stores.second.notification(id)

                #expect(try await stores.first.record([stale.outcome(.delivered)]) == [id])
                #expect(try await stores.first.record([stale.outcome(.retry(at: stores.clock.now, error: "e"))]) == [id])
                #expect(try await stores.first.record([stale.outcome(.dead(error: "e"))]) == [id])
                #expect(try await stores.first.renew([stale.lease], for: .seconds(300)).isEmpty)
                #expect(try await stores.first.release([stale.lease]) == 0)

                #expect(try await stores.second.notification(id) == before)
                #expect(try await stores.second.counts().attempts == 0)
                #expect(try await stores.second.record([current.outcome(.delivered)]).isEmpty)
                #expect(try await stores.second.notification(id)?.status == .delivered)
            },
            StorePromise("a lease that has ended, and was taken by nobody, still counts") { stores async throws in
                try await stores.first.add(.samples(1))
                let late = try present(try await stores.first.claim().notifications.first)
                stores.clock.advance(by: .seconds(31))
                #expect(try await stores.first.record([late.outcome(.delivered)]).isEmpty)
                #expect(try await stores.second.claim() == Claim(notifications: [], reclaimed: 0))
            },
            StorePromise("a renewed lease holds a full duration from then") { stores async throws in
                try await stores.first.add(.samples(3))
                let leases = try await stores.first.claim().leases
                stores.clock.advance(by: .seconds(20))
                let renewed = try await stores.first.renew(leases.reversed(), for: .seconds(30))
                #expect(renewed.map(\.notification) == leases.reversed().map(\.notification))
                #expect(renewed.map(\.token) == leases.reversed().map(\.token))
                #expect(renewed.allSatisfy { $0.expiry == stores.clock.now + .seconds(30) })
                stores.clock.advance(by: .seconds(29))
                #expect(try await stores.second.claim().reclaimed == 0)
                stores.clock.advance(by: .seconds(1))
                #expect(try await stores.second.claim().reclaimed == 3)
            },
            StorePromise("only what is still held is renewed") { stores async throws in
                try await stores.first.add(.samples(3))
                let claim = try await stores.first.claim()
                _ = try await stores.first.record([claim.notifications[1].outcome(.delivered)])
                let held = try await stores.first.renew(claim.leases, for: .seconds(60))
                #expect(held.map(\.token) == [claim.leases[0].token, claim.leases[2].token])
            },
            StorePromise("what is released is due at once, at its old place, and no attempt is counted") {
                stores async throws in
                try await stores.first.add(.samples(2))
                stores.clock.advance(by: .seconds(1))
                try await stores.first.add([.sample("newer")])
                let claim = try await stores.first.claim(2)
                #expect(try await stores.first.release(claim.leases) == 2)
                #expect(try await stores.first.release(claim.leases) == 0)
                let record = try present(try await stores.second.notification(claim.ids[0]))
                #expect(record.status == .pending)
                #expect(record.lockedBy == nil && record.lockExpiry == nil)
                let again = try await stores.second.claim()
                #expect(again.titles == ["0", "1", "newer"])
                #expect(again.reclaimed == 0)
                #expect(again.notifications.allSatisfy { $0.attempts == 0 })
                #expect(try await stores.first.counts().attempts == 0)
            },
            StorePromise("the leases of one process are released, and of none whose id begins alike") { stores async throws in
                try await stores.first.add(.samples(6))
                for owner in ["host-1-aaaa", "host-12-bbbb", "host-1-cccc", "HOST-1-dddd", "xhost-1-eeee", "host%1-ffff"] {
                    _ = try await stores.first.claim(1, by: owner)
                }
                #expect(try await stores.second.releaseAll(ownerPrefix: "host-1-") == 2)
                #expect(try await stores.second.claimSuspect(by: "host-3-x").titles == ["0"])
                #expect(try await stores.second.claimSuspect(by: "host-3-x").titles == ["2"])
                #expect(try await stores.second.releaseAll(ownerPrefix: "host-1-") == 0)
                #expect(try await stores.second.queueDepth().locked == 6)
            },
        ]
        + ["host_1-", "host%", "%", "_"].map { prefix in
            StorePromise("a prefix is text and no pattern: \(prefix)") { stores async throws in
                try await stores.first.add(.samples(2))
                _ = try await stores.first.claim(1, by: "host-1-a")
                _ = try await stores.first.claim(1, by: prefix + "b")
                #expect(try await stores.second.releaseAll(ownerPrefix: prefix) == 1)
                #expect(try await stores.second.claimSuspect().titles == ["1"])
            }
        }
}
