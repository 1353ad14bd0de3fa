import NotificationStore
import Testing

extension StorePromise {
    static let statistics: [StorePromise] = [
        StorePromise("an empty queue has no depth and no age") { stores async throws in
            #expect(
                try await stores.first.queueDepth() == QueueDepth(pending: 0, scheduled: 0, locked: 0, oldestAge: .zero))
            #expect(
                try await stores.first.counts()
                    == StoreCounts(pending: 0, processing: 0, delivered: 0, dead: 0, attempts: 0))
        },
        StorePromise("a store answers a ping, empty or not") { stores async throws in
            try await stores.first.ping()
            try await stores.second.add(.samples(1))
            try await stores.first.ping()
        },
        StorePromise("the depth tells what is due, scheduled and leased") { stores async throws in
            let now = stores.clock.now
            try await stores.first.add(.samples(6) + [.sample(deliverAt: now + .seconds(40))])
            stores.clock.advance(by: .seconds(10))
            try await stores.first.add(.samples(1))
            let claim = try await stores.first.claim(4)
            _ = try await stores.first.record([
                claim.notifications[0].outcome(.delivered), claim.notifications[1].outcome(.dead(error: "e")),
                claim.notifications[2].outcome(.retry(at: stores.clock.now + .seconds(100), error: "e")),
            ])

            #expect(
                try await stores.second.queueDepth()
                    == QueueDepth(pending: 3, scheduled: 2, locked: 1, oldestAge: .seconds(10)))
            #expect(
                try await stores.second.counts()
                    == StoreCounts(pending: 5, processing: 1, delivered: 1, dead: 1, attempts: 3))

            // The lease has ended, and the one that was scheduled for second 40 is due.
            stores.clock.advance(by: .seconds(30))
            #expect(
                try await stores.second.queueDepth()
                    == QueueDepth(pending: 5, scheduled: 1, locked: 0, oldestAge: .seconds(40)))
        },
        StorePromise("the age is of what nobody holds, expired leases with it") { stores async throws in
            try await stores.first.add(.samples(1))
            stores.clock.advance(by: .seconds(5))
            _ = try await stores.first.claim()
            #expect(try await stores.second.queueDepth().oldestAge == .zero)
            stores.clock.advance(by: .seconds(30))
            #expect(
                try await stores.second.queueDepth()
                    == QueueDepth(pending: 1, scheduled: 0, locked: 0, oldestAge: .seconds(35))
            )
        },
    ]
}
