import NotificationStore
import Testing

extension StorePromise {
    static let idempotency: [StorePromise] = [
        StorePromise("the same body gets the first answer again") { stores async throws in
            let first = NewNotification.samples(3)
            #expect(try await stores.first.enqueue(first, idempotency: key) == .stored(first.map(\.id)))
            #expect(try await stores.second.enqueue(.samples(3), idempotency: key) == .replayed(first.map(\.id)))
            #expect(try await stores.first.counts().pending == 3)
        },
        StorePromise("another body is refused") { stores async throws in
            try #require(try await stores.first.enqueue(.samples(1), idempotency: key) != .conflict)
            let other = IdempotencyKey(key: key.key, fingerprint: "b")
            #expect(try await stores.second.enqueue(.samples(1), idempotency: other) == .conflict)
            #expect(try await stores.first.counts().pending == 1)
        },
        StorePromise("other keys and none are requests of their own") { stores async throws in
            for key in [key, IdempotencyKey(key: "order 18", fingerprint: "a"), nil, nil] {
                let notification = NewNotification.sample()
                #expect(try await stores.first.enqueue([notification], idempotency: key) == .stored([notification.id]))
            }
            #expect(try await stores.first.counts().pending == 4)
        },
        StorePromise("of many requests at once over two stores one is stored") { stores async throws in
            let results = try await withThrowingTaskGroup(of: EnqueueResult.self) { group in
                for number in 0..<20 {
                    let store = number.isMultiple(of: 2) ? stores.first : stores.second
                    group.addTask { [key] in try await store.enqueue(.samples(2), idempotency: key) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }

            let stored = results.compactMap { if case .stored(let ids) = $0 { ids } else { nil } }
            #expect(stored.count == 1)
            let ids = try present(stored.first)
            #expect(results.count { $0 == .replayed(ids) } == 19)
            #expect(try await stores.first.counts().pending == 2)
        },
    ]
}

private let key = IdempotencyKey(key: "order 17", fingerprint: "a")
