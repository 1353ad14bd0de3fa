import NotificationStore
import Testing

extension StorePromise {
    static let turns: [StorePromise] =
        [1_000, 100_000].map { count in
            StorePromise("one of a user is claimed within two batches, behind \(count) of another's to the same destination") {
                stores async throws in
                try await stores.fill(count, of: "noisy", to: url)
                try await stores.first.add([.webhook("quiet", of: "quiet", to: url)])
                let titles = try await stores.second.claim(50).titles + stores.second.claim(50).titles
                #expect(titles.contains("quiet"))
                #expect(titles.count == 100, "and nobody's part is left unused")
            }
        } + [
            StorePromise("users share a claim, and within it take turns, whoever came first") { stores async throws in
                for user in ["a", "b", "c"] {
                    try await stores.first.add((0..<5).map { .webhook("\(user)\($0)", of: user, to: url) })
                    stores.clock.advance(by: .seconds(1))
                }
                try await stores.first.add([.webhook("d0", of: "d", to: url)])
                #expect(try await stores.first.claim(7).titles == ["a0", "b0", "c0", "d0", "a1", "b1", "c1"])
                #expect(try await stores.second.claim(50).titles == ["a2", "b2", "c2", "a3", "b3", "c3", "a4", "b4", "c4"])
                #expect(try await stores.first.claim().notifications.isEmpty)
            },
            StorePromise("users that find no place in a claim come first in the next one") { stores async throws in
                try await stores.first.add((0..<90).map { .webhook("\($0 / 30)", of: "user-\($0 % 30)", to: url) })
                var claimed: [String: Int] = [:]
                for _ in 0..<3 {
                    for held in try await stores.second.claim(20).notifications {
                        claimed[held.notification.userID, default: 0] += 1
                    }
                }
                #expect(claimed.count == 30)
                #expect(Set(claimed.values) == [2])
            },
            StorePromise("what many have scheduled for one moment is shared as well") { stores async throws in
                let nine = stores.clock.now + .seconds(3600)
                try await stores.fill(1000, of: "noisy", to: url, at: nine)
                try await stores.first.add([.webhook("quiet", of: "quiet", to: url, at: nine)])
                #expect(try await stores.first.claim().notifications.isEmpty)
                stores.clock.advance(by: .seconds(3600))
                #expect(try await stores.first.claim(50).titles.contains("quiet"))
                #expect(try await stores.first.claim(50).notifications.count == 50)
            },
            StorePromise("what is new waits for no retries, the same user's or others'") { stores async throws in
                try await stores.fill(500, of: "same", to: url)
                try await stores.first.add((0..<500).map { .webhook("\($0)", of: "user-\($0)", to: url) })
                let later = stores.clock.now + .seconds(30)
                while case let claim = try await stores.first.claim(500), !claim.notifications.isEmpty {
                    #expect(
                        try await stores.first.record(
                            claim.notifications.map { $0.outcome(.retry(at: later, error: "e")) }
                        ).isEmpty)
                }
                stores.clock.advance(by: .seconds(40))
                try await stores.first.add([
                    .webhook("new", of: "same", to: url), .webhook("fresh", of: "other", to: url),
                ])
                var titles: [String] = []
                for _ in 0..<6 { titles += try await stores.second.claim(50).titles }
                #expect(titles.firstIndex(of: "fresh").map { $0 < 100 } == true)
                #expect(titles.firstIndex(of: "new").map { $0 < 300 } == true)
                #expect(titles.count == 300, "retries fill the rest")
            },
            StorePromise("what is given back, deferred or put aside has its turn again") { stores async throws in
                try await stores.first.add([.webhook("1", of: "a", to: url), .webhook("2", of: "b", to: url)])
                let claim = try await stores.first.claim()
                #expect(try await stores.first.release([claim.leases[0]]) == 1)
                let deferred = claim.notifications[1].outcome(.deferred(for: .seconds(10), reason: "r"))
                #expect(try await stores.first.record([deferred]).isEmpty)
                #expect(try await stores.second.claim().titles == ["1"])
                stores.clock.advance(by: .seconds(10))
                #expect(try await stores.second.claim().titles == ["2"])
                stores.clock.advance(by: .seconds(5))
                try await stores.first.add([.webhook("3", of: "a", to: url)])
                #expect(try await stores.second.claim().titles == ["3"])
            },
            StorePromise("users who wait for closed destinations keep nobody from a turn") { stores async throws in
                for batch in 0..<3 {
                    try await stores.first.add(
                        (0..<1000).map { .webhook("\($0)", of: "user-\(batch)-\($0)", to: "http://hangs.test/") })
                }
                try await stores.first.add([.webhook("open", of: "late", to: url)])
                let closed = ["http://hangs.test/"].compactMap(Destination.init(url:))
                let claim = try await stores.first.claim(
                    ClaimRequest(limit: 50, owner: "host-1-a", lease: .seconds(30), excluding: closed))
                #expect(claim.titles == ["open"])
                #expect(try await stores.first.claim(50).notifications.count == 50)
            },
        ]

    private static let url = "http://shared.test/hook"
}

extension NewNotification {
    fileprivate static func webhook(_ title: String, of user: String, to url: String, at moment: Instant? = nil) -> Self {
        Self(userID: user, channel: .webhook, title: title, body: "Body", webhookURL: url, deliverAt: moment)
    }
}

extension StorePair {
    fileprivate func fill(_ count: Int, of user: String, to url: String, at moment: Instant? = nil) async throws {
        for _ in 0..<count / 500 {
            try await first.add((0..<500).map { .webhook("\($0)", of: user, to: url, at: moment) })
        }
    }
}
