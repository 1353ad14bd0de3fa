import NotificationStore
import Testing

extension StorePromise {
    static let closing: [StorePromise] = [
        StorePromise("a closed store does nothing and says so") { stores async throws in
            await stores.first.close()
            await stores.first.close()
            await #expect {
                try await stores.first.queueDepth()
            } throws: { error in
                "\(error)" == "the database failed to count the queue: the store is closed"
            }
            await #expect {
                try await stores.first.add(.samples(1))
            } throws: { error in
                "\(error)" == "the database failed to store notifications: the store is closed"
            }
            await #expect {
                try await stores.first.ping()
            } throws: { error in
                "\(error)" == "the database failed to answer: the store is closed"
            }
            #expect(stores.first.connections.idle == 0 && stores.first.connections.used == 0)
            // The other goes on.
            try await stores.second.add(.samples(1))
            #expect(try await stores.second.queueDepth().pending == 1)
        },
        StorePromise("closing lets what has begun end") { stores async throws in
            let stored = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<100 {
                    group.addTask { (try? await stores.first.add(.samples(5))) != nil }
                }
                group.addTask {
                    await stores.first.close()
                    return false
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(try await stores.second.counts().pending == stored * 5)
        },
        StorePromise("a cancelled task still has its write done") { stores async throws in
            let claimed = try await Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await stores.first.add(.samples(1))
                return try await stores.first.claim()
            }.value
            #expect(claimed.notifications.count == 1)
        },
    ]
}
