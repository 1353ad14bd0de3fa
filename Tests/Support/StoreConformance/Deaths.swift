import ApusLimits
import NotificationStore
import Testing

extension StorePromise {
    static let deaths: [StorePromise] = [
        StorePromise("what a dead worker held is claimed alone, by a claim of suspects, and by no other") {
            stores async throws in
            try await stores.first.add(.samples(3))
            _ = try await stores.first.claim(2, by: "host-1-a")
            #expect(try await stores.second.releaseAll(ownerPrefix: "host-1-") == 2)
            try await stores.first.add([.sample("fresh")])

            let ordinary = try await stores.second.claim(by: "host-2-b")
            #expect(ordinary.titles == ["2", "fresh"])
            #expect(ordinary.hasSuspects)
            let suspect = try await stores.second.claim(
                ClaimRequest(limit: 50, owner: "host-2-b", lease: .seconds(30), kind: .suspect))
            #expect(suspect.titles == ["0"])
            #expect(suspect.notifications.map(\.deaths) == [1])
            #expect(try await stores.second.claimSuspect().titles == ["1"])
            #expect(try await stores.second.claim() == Claim(notifications: [], reclaimed: 0))
        },
        StorePromise("after so many deaths in a row a notification is dead, and says why") { stores async throws in
            try await stores.first.add(.samples(2))
            let id = try present(try await stores.first.claim(1, by: "host-0-a").ids.first)
            for death in 1...LeaseLimits.deaths.value {
                // By its supervisor, or by the clock when the whole machine was off.
                if death == 2 {
                    stores.clock.advance(by: .seconds(30))
                    #expect(try await stores.second.claim(0, by: "host-9-z").reclaimed == 1)
                } else {
                    #expect(try await stores.second.releaseAll(ownerPrefix: "host-\(death - 1)-") == 1)
                }
                guard death < LeaseLimits.deaths.value else { break }
                #expect(try await stores.first.claimSuspect(by: "host-\(death)-a").ids == [id])
            }
            let claim = try await stores.first.claim(by: "host-9-a")
            #expect(claim.titles == ["1"])
            #expect(claim.buried == [BuriedNotification(id: id.description, channel: .log)])
            let record = try present(try await stores.second.notification(id))
            #expect(record.status == .dead)
            #expect(record.attempts == 0)
            #expect(record.lastError?.hasPrefix("given up: 3 workers died") == true)
            #expect(try await stores.second.counts().dead == 1)
            #expect(try await stores.first.claim().buried.isEmpty)
        },
        StorePromise("an outcome clears the deaths before it") { stores async throws in
            try await stores.first.add(.samples(1))
            for _ in 1...2 * LeaseLimits.deaths.value {
                _ = try await stores.first.claim(by: "host-1-a")
                #expect(try await stores.second.releaseAll(ownerPrefix: "host-1-") == 1)
                let suspect = try present(try await stores.first.claimSuspect().notifications.first)
                #expect(suspect.deaths == 1)
                #expect(try await stores.first.record([suspect.outcome(.retry(at: stores.clock.now, error: "e"))]).isEmpty)
            }
            #expect(try await stores.first.claim().notifications.map(\.deaths) == [0])
        },
        StorePromise("what is released or deferred is no death") { stores async throws in
            try await stores.first.add(.samples(1))
            for _ in 1...2 * LeaseLimits.deaths.value {
                let held = try present(try await stores.first.claim().notifications.first)
                #expect(try await stores.first.release([held.lease]) == 1)
                let again = try present(try await stores.first.claim().notifications.first)
                #expect(try await stores.first.record([again.outcome(.deferred(for: .zero, reason: "d"))]).isEmpty)
            }
            _ = try await stores.first.claim(by: "host-1-a")
            #expect(try await stores.second.releaseAll(ownerPrefix: "host-1-") == 1)
            let suspect = try present(try await stores.first.claimSuspect().notifications.first)
            #expect(try await stores.first.release([suspect.lease]) == 1)
            #expect(try await stores.first.claimSuspect().notifications.map(\.deaths) == [1])
        },
        StorePromise("a deferral takes one death back, so that what its worker only held is no suspect for long") {
            stores async throws in
            try await stores.first.add(.samples(1))
            for death in 1...2 {
                _ =
                    death == 1
                    ? try await stores.first.claim(by: "host-1-a") : try await stores.first.claimSuspect(by: "host-1-a")
                #expect(try await stores.second.releaseAll(ownerPrefix: "host-1-") == 1)
            }
            for deaths in [2, 1] {
                let suspect = try present(try await stores.first.claimSuspect().notifications.first)
                #expect(suspect.deaths == deaths)
                #expect(try await stores.first.record([suspect.outcome(.deferred(for: .zero, reason: "d"))]).isEmpty)
            }
            let claim = try await stores.second.claim()
            #expect(claim.notifications.map(\.deaths) == [0])
            #expect(!claim.hasSuspects)
        },
        StorePromise("a lease that its own worker finds expired, or that nobody could renew, is no death") {
            stores async throws in
            try await stores.first.add(.samples(2))
            _ = try await stores.first.claim(1, by: "host-1-a")
            _ = try await stores.first.claim(1, by: "host-2-b")
            stores.clock.advance(by: .seconds(30))
            var claim = try await stores.second.claim(
                ClaimRequest(limit: 50, owner: "host-3-c", lease: .seconds(30), isAfterOutage: true))
            #expect(claim.reclaimed == 2)
            #expect(claim.notifications.map(\.deaths) == [0, 0])
            stores.clock.advance(by: .seconds(30))
            claim = try await stores.second.claim(by: "host-3-c")
            #expect(claim.reclaimed == 2)
            #expect(claim.notifications.map(\.deaths) == [0, 0])
            stores.clock.advance(by: .seconds(30))
            #expect(try await stores.first.claim(by: "host-1-a").hasSuspects)
        },
    ]
}
