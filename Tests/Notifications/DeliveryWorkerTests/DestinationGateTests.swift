import DeliveryWorker
import HostTesting
import NotificationStore
import Testing

@Suite struct `The gate of destinations` {
    private let start = ContinuousClock.now
    private var gate = DestinationGate(concurrency: 16)
    private var generator = SeededGenerator(seed: 3)
    private let a: Destination
    private let b: Destination

    init() throws {
        a = try #require(Destination(url: "https://a.test"))
        b = try #require(Destination(url: "https://b.test"))
    }

    private mutating func fail(_ destination: Destination, _ count: Int, at now: ContinuousClock.Instant) {
        for _ in 0..<count {
            gate.begin(destination, at: now)
            gate.end(destination, .unreachable, at: now, using: &generator)
        }
    }

    @Test mutating func `gives a destination a quarter of the places, and three when it answers at once`() {
        for _ in 0..<4 {
            #expect(gate.verdict(on: a, at: start) == .open)
            gate.begin(a, at: start)
        }
        #expect(gate.verdict(on: a, at: start) == .full)
        #expect(gate.verdict(on: b, at: start) == .open)
        #expect(gate.passedOver(at: start) == [a])
        gate.end(a, .answered(within: .milliseconds(20)), at: start, using: &generator)
        for _ in 3..<12 {
            #expect(gate.verdict(on: a, at: start) == .open)
            gate.begin(a, at: start)
        }
        #expect(gate.verdict(on: a, at: start) == .full)
        gate.end(a, .answered(within: .seconds(3)), at: start, using: &generator)
        #expect(gate.verdict(on: a, at: start) == .full, "it has become slow")
    }

    @Test mutating func `closes a destination after three attempts without an answer, longer each time, and lets one try`()
        throws
    {
        fail(a, 2, at: start)
        #expect(gate.verdict(on: a, at: start) == .open)
        fail(a, 1, at: start)
        guard case .closed(let first) = gate.verdict(on: a, at: start) else {
            Issue.record("it is open")
            return
        }
        #expect((start + .seconds(4)...start + .seconds(6)).contains(first))
        #expect(gate.passedOver(at: start) == [a])
        #expect(gate.verdict(on: b, at: start) == .open)
        #expect(gate.closedCount == 1)

        #expect(gate.verdict(on: a, at: first) == .open)
        gate.begin(a, at: first)
        #expect(gate.verdict(on: a, at: first) == .full, "one tries")
        gate.end(a, .unreachable, at: first, using: &generator)
        guard case .closed(let second) = gate.verdict(on: a, at: first) else {
            Issue.record("it is open")
            return
        }
        #expect((first + .seconds(8)...first + .seconds(12)).contains(second))
        gate.begin(a, at: second)
        gate.end(a, .answered(within: .zero), at: second, using: &generator)
        #expect(gate.verdict(on: a, at: second) == .open)
        #expect(gate.closedCount == 0)
    }

    @Test mutating func `counts those that were under way when it closed once`() {
        for _ in 0..<4 { gate.begin(a, at: start) }
        for _ in 0..<4 { gate.end(a, .unreachable, at: start, using: &generator) }
        guard case .closed(let moment) = gate.verdict(on: a, at: start) else {
            Issue.record("it is open")
            return
        }
        #expect(moment <= start + .seconds(6))
    }

    @Test mutating func `holds an attempt that was cut off against nobody`() {
        for _ in 0..<10 {
            gate.begin(a, at: start)
            gate.end(a, .unknown, at: start, using: &generator)
        }
        #expect(gate.verdict(on: a, at: start) == .open)
    }

    @Test mutating func `takes a destination to answer for ten minutes after it did, and not once it fails to`() {
        #expect(!gate.isProven(a, at: start))
        gate.begin(a, at: start)
        gate.end(a, .answered(within: .zero), at: start, using: &generator)
        #expect(gate.isProven(a, at: start + .seconds(599)))
        #expect(!gate.isProven(a, at: start + .seconds(601)))
        fail(a, 1, at: start + .seconds(1))
        #expect(!gate.isProven(a, at: start + .seconds(1)))
    }

    @Test mutating func `forgets none that answers for any number that do not yet`() throws {
        gate = DestinationGate(concurrency: 16, mostEntries: 3)
        gate.begin(a, at: start)
        gate.end(a, .answered(within: .zero), at: start, using: &generator)
        for number in 0..<100 { fail(try #require(Destination(url: "http://\(number).test")), 1, at: start + .seconds(1)) }
        #expect(gate.isProven(a, at: start + .seconds(2)))
    }

    @Test mutating func `keeps so many destinations, and forgets one that answers before one that does not`() throws {
        gate = DestinationGate(concurrency: 16, mostEntries: 3)
        fail(a, 3, at: start)
        for number in 0..<100 {
            let other = try #require(Destination(url: "http://\(number).test"))
            gate.begin(other, at: start + .seconds(1))
            gate.end(other, .answered(within: .zero), at: start + .seconds(1), using: &generator)
        }
        #expect(gate.closedCount == 1)
        #expect(gate.verdict(on: a, at: start) != .open)
    }
}

@Suite struct `The places of attempts` {
    private let start = ContinuousClock.now
    private var places = AttemptPlaces(concurrency: 8, mostWaiting: 4)
    private let site = AttemptPlaces.Group.site("a.test 80")

    @Test mutating func `are kept in part for destinations that answer`() {
        for id in 0..<6 {
            #expect(places.hasPlace(forTrial: true))
            places.begin(Int64(id), [site], isTrial: true, at: start)
        }
        #expect(!places.hasPlace(forTrial: true))
        #expect(places.hasPlace())
        places.end(0, isAnswered: true, at: start)
        #expect(places.hasPlace(forTrial: true))
    }

    @Test mutating func `are given back by those that wait for a second, as far as so many may wait`() {
        for id in 0..<6 { places.begin(Int64(id), [site], isTrial: true, at: start) }
        #expect(places.nextRelease == start + .seconds(1))
        places.release(at: start + .milliseconds(999))
        #expect(!places.hasPlace(forTrial: true) && !places.isSilent(site))
        places.release(at: start + .seconds(1))
        #expect(places.hasPlace(forTrial: true) && places.isSilent(site))
        #expect(places.nextRelease == nil, "four wait, and no more may")
        for id in 6..<10 { places.begin(Int64(id), [site], isTrial: true, at: start + .seconds(1)) }
        #expect(!places.hasPlace(forTrial: true), "two of the first hold theirs")
        // One answer says that the site is there.
        places.end(9, isAnswered: true, at: start + .seconds(1))
        #expect(!places.isSilent(site))
        #expect(places.load(of: [site]) == 9)
        for id in 0..<9 { places.end(Int64(id), isAnswered: false, at: start + .seconds(9)) }
        #expect(places.load(of: [site]) == 0 && !places.isSilent(site))
    }

    @Test mutating func `are kept by what waits for nobody`() {
        for id in 0..<8 { places.begin(Int64(id), [], isTrial: false, at: start) }
        places.release(at: start + .seconds(60))
        #expect(!places.hasPlace() && places.nextRelease == nil)
    }
}

@Suite struct `A destination` {
    @Test(arguments: [
        ("http://a.customers.test", "customers.test 80"), ("https://b.customers.test", "customers.test 443"),
        ("http://customers.test", "customers.test 80"), ("http://localhost:1", "localhost 1"),
        ("http://127.1.2.3:81", "127.1.2.0/24 81"), ("http://[2001:db8:1:2::3]", "2001:db8:1:/48 80"),
    ])
    func `shares a site with those that are reached by the same way`(url: String, site: String) throws {
        #expect(try #require(Destination(url: url)).site == site)
    }

    @Test(arguments: [
        ("http://a.test", "http://a.test:80", "a.test"), ("HTTPS://A.test:443/x?y#z", "https://a.test:443", "a.test"),
        ("https://a.test:8443/", "https://a.test:8443", "a.test:8443"), ("http://[::1]:81/", "http://[::1]:81", "[::1]:81"),
        ("http://127.0.0.1", "http://127.0.0.1:80", "127.0.0.1"),
    ])
    func `is the scheme, host and port of a URL`(url: String, text: String, header: String) throws {
        let destination = try #require(Destination(url: url))
        #expect(destination.description == text)
        #expect(destination.hostHeader == header)
    }

    @Test(arguments: [
        "", "a.test", "ftp://a.test", "http://", "http:///x", "http://a.test:0", "http://a.test:70000", "http+unix://x/",
    ])
    func `is none where there is no host of the web`(url: String) {
        #expect(Destination(url: url) == nil)
    }
}
