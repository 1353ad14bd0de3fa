import NotificationStore
import Testing

extension StorePromise {
    static let enqueueing: [StorePromise] = [
        StorePromise("what is stored comes back as it was") { stores async throws in
            let later = stores.clock.now + .seconds(60)
            let webhook = NewNotification(
                userID: "üser 'quoted'", channel: .webhook, title: "Zeile\n\"1\"", body: "\u{1F426} 燕 %_\\\u{1}",
                webhookURL: "https://example.org/hook?a=%20", deliverAt: later)
            let log = NewNotification.sample()

            #expect(try await stores.first.enqueue([webhook, log], idempotency: nil) == .stored([webhook.id, log.id]))

            let now = stores.clock.now
            #expect(
                try await stores.second.notification(webhook.id)
                    == NotificationRecord(
                        notification: webhook, status: .pending, attempts: 0, dueAt: later, createdAt: now, updatedAt: now))
            #expect(
                try await stores.second.notification(log.id)
                    == NotificationRecord(
                        notification: log, status: .pending, attempts: 0, dueAt: now, createdAt: now, updatedAt: now))
            stores.clock.advance(by: .seconds(60))
            #expect(try await stores.first.claim().notifications.map(\.notification) == [log, webhook])
        },
        StorePromise("a text that cannot be kept whole is refused") { stores async throws in
            await #expect {
                try await stores.first.add([.sample(), .sample("cut\u{0}off")])
            } throws: { error in
                "\(error)"
                    == "the database failed to store notifications: a text holds the character U+0000, which it cannot keep"
            }
            #expect(try await stores.first.counts().pending == 0)
        },
        StorePromise("an id that is not there is nothing") { stores async throws in
            #expect(try await stores.first.notification(NotificationID()) == nil)
        },
        StorePromise("a batch with one that cannot be stored stores nothing") { stores async throws in
            let known = NewNotification.sample()
            try await stores.first.add([known])
            let batch = [NewNotification.sample(), known, .sample()]
            let key = IdempotencyKey(key: "k", fingerprint: "f")

            await #expect {
                try await stores.second.enqueue(batch, idempotency: key)
            } throws: { error in
                if case StoreError.failed("store notifications", _) = error { true } else { false }
            }

            #expect(try await stores.first.counts().pending == 1)
            #expect(try await stores.first.notification(batch[0].id) == nil)
            // Nor is the key taken.
            let ids = [batch[0].id]
            #expect(try await stores.first.enqueue([batch[0]], idempotency: key) == .stored(ids))
        },
        StorePromise("a moment that has passed is at once") { stores async throws in
            let notification = NewNotification.sample(deliverAt: stores.clock.now + .seconds(-3600))
            try await stores.first.add([.sample("first"), notification])

            let claim = try await stores.first.claim()
            #expect(claim.titles == ["first", "Title"])
            #expect(claim.notifications.map(\.waited) == [.zero, .zero])
        },
        StorePromise("nothing is stored of nothing") { stores async throws in
            #expect(try await stores.first.enqueue([], idempotency: nil) == .stored([]))
            #expect(try await stores.first.counts().pending == 0)
        },
    ]
}
