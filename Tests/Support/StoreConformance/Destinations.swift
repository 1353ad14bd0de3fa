import ApusLimits
import NotificationStore
import Testing

extension StorePromise {
    static let destinations: [StorePromise] = [
        StorePromise("what is deferred is due later, and no attempt is counted or logged") { stores async throws in
            try await stores.first.add([.webhook("a", to: "http://a.test/")])
            let held = try present(try await stores.first.claim().notifications.first)
            let outcome = held.outcome(.deferred(for: .seconds(40), reason: "deferred: no answer"))
            #expect(try await stores.first.record([outcome]).isEmpty)
            let record = try present(try await stores.second.notification(held.notification.id))
            #expect(record.status == .pending)
            #expect(record.attempts == 0)
            #expect(record.dueAt == stores.clock.now + .seconds(40))
            #expect(record.lastError == "deferred: no answer")
            #expect(record.lockedBy == nil && record.lockExpiry == nil)
            #expect(try await stores.second.counts().attempts == 0)
            #expect(try await stores.first.record([outcome]) == [held.notification.id], "the lease has ended")
            stores.clock.advance(by: .seconds(40))
            let again = try present(try await stores.second.claim().notifications.first)
            #expect(again.attempts == 0)
            #expect(again.age == .seconds(40))
            #expect(again.waited == .zero)
        },
        StorePromise("a claim passes over the destinations that it is told, whatever the path and the case") {
            stores async throws in
            try await stores.first.add([
                .webhook("1", to: "http://hangs.test/1"), .webhook("2", to: "https://hangs.test/2"),
                .webhook("3", to: "HTTP://HANGS.test:80/3?a=b"), .webhook("4", to: "http://hangs.test:8080/4"), .sample("5"),
                .webhook("6", to: "http://[::1]:9/6"),
            ])
            let closed = ["http://hangs.test", "http://[::1]:9/"].compactMap(Destination.init(url:))
            let claim = try await stores.second.claim(
                ClaimRequest(limit: 50, owner: "host-1-a", lease: .seconds(30), excluding: closed))
            #expect(claim.titles == ["2", "4", "5"])
            #expect(try await stores.first.releaseAll(ownerPrefix: "host-1-") == 3)
            let other = ["https://hangs.test/", "http://hangs.test:8080"].compactMap(Destination.init(url:))
            #expect(try await stores.second.claimSuspect(excluding: other).titles == ["5"])
            #expect(try await stores.second.claimSuspect(excluding: other).titles.isEmpty)
            #expect(try await stores.second.claim().titles == ["1", "3", "6"])
        },
        StorePromise("what waits for a closed destination hides nothing, however much it is") { stores async throws in
            for _ in 0..<7 {
                try await stores.first.add((0..<1000).map { .webhook("\($0)", to: "http://hangs.test/\($0)") })
            }
            stores.clock.advance(by: .seconds(1))
            try await stores.first.add([
                .webhook("b", to: "http://b.test/"), .sample("log"), .webhook("c", to: "https://c.test/"),
            ])
            let closed = ["http://hangs.test/", "http://gone.test/"].compactMap(Destination.init(url:))
            let claim = try await stores.second.claim(
                ClaimRequest(limit: 50, owner: "host-1-a", lease: .seconds(30), excluding: closed))
            #expect(claim.titles == ["b", "log", "c"])
            let rest = try await stores.second.claim(50)
            #expect(rest.notifications.count == 50)
        },
    ]
}
