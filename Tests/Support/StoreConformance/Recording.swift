import NotificationStore
import Testing

extension StorePromise {
    static let recording: [StorePromise] = [
        StorePromise("a retry is due at its moment, with its attempt counted") { stores async throws in
            try await stores.first.add(.samples(1))
            for (attempt, delay) in [30, 120, 600, 3600, 21_600].enumerated() {
                let claimed = try present(try await stores.first.claim().notifications.first)
                #expect(claimed.attempts == attempt)
                let moment = stores.clock.now + .seconds(delay)
                #expect(
                    try await stores.first.record([claimed.outcome(.retry(at: moment, error: "HTTP 50\(attempt)"))]).isEmpty
                )
                let record = try present(try await stores.second.notification(claimed.notification.id))
                #expect(record.status == .pending)
                #expect(record.dueAt == moment)
                #expect(record.attempts == attempt + 1)
                #expect(record.lastError == "HTTP 50\(attempt)")
                #expect(record.lockedBy == nil && record.lockExpiry == nil)
                stores.clock.advance(by: .seconds(delay) - .milliseconds(1))
                #expect(try await stores.second.claim().notifications.isEmpty)
                stores.clock.advance(by: .milliseconds(1))
            }
            let last = try present(try await stores.first.claim().notifications.first)
            #expect(last.waited == .zero)
            #expect(try await stores.first.record([last.outcome(.dead(error: "given up"))]).isEmpty)
            let record = try present(try await stores.second.notification(last.notification.id))
            #expect(record.status == .dead)
            #expect(record.attempts == 6)
            #expect(record.lastError == "given up")
            #expect(
                try await stores.second.counts()
                    == StoreCounts(pending: 0, processing: 0, delivered: 0, dead: 1, attempts: 6))
        },
        StorePromise("a delivered notification is never claimed again") { stores async throws in
            try await stores.first.add(.samples(1))
            let claimed = try present(try await stores.first.claim().notifications.first)
            stores.clock.advance(by: .seconds(2))
            #expect(try await stores.first.record([claimed.outcome(.delivered)]).isEmpty)
            let record = try present(try await stores.second.notification(claimed.notification.id))
            #expect(record.status == .delivered)
            #expect(record.attempts == 1)
            #expect(record.lastError == nil)
            #expect(record.updatedAt == stores.clock.now)
            #expect(record.dueAt == TestClock.start)
            stores.clock.advance(by: .seconds(1_000_000))
            #expect(try await stores.second.claim() == Claim(notifications: [], reclaimed: 0))
        },
        StorePromise("a batch tells which of it were lost, in its order, and records the rest") { stores async throws in
            try await stores.first.add(.samples(10))
            let claimed = try await stores.first.claim().notifications
            let released = [claimed[7], claimed[2], claimed[4]]
            _ = try await stores.first.release(released.map(\.lease))
            let order = claimed.reversed()
            let lost = try await stores.first.record(order.map { $0.outcome(.delivered) })
            #expect(lost == [7, 4, 2].map { claimed[$0].notification.id })
            #expect(
                try await stores.first.counts()
                    == StoreCounts(pending: 3, processing: 0, delivered: 7, dead: 0, attempts: 7))
        },
        StorePromise("an attempt is recorded once") { stores async throws in
            try await stores.first.add(.samples(1))
            let claimed = try present(try await stores.first.claim().notifications.first)
            let outcome = claimed.outcome(.delivered)
            #expect(try await stores.first.record([outcome, outcome]) == [claimed.notification.id])
            #expect(try await stores.second.record([outcome]) == [claimed.notification.id])
            #expect(try await stores.first.notification(claimed.notification.id)?.attempts == 1)
            #expect(try await stores.first.counts().attempts == 1)
        },
        StorePromise("nothing is recorded of nothing") { stores async throws in
            #expect(try await stores.first.record([]).isEmpty)
            #expect(try await stores.first.renew([], for: .seconds(1)).isEmpty)
            #expect(try await stores.first.release([]) == 0)
        },
    ]
}
