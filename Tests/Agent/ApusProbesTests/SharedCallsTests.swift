import ApusProbes
import ApusThreads
import HostTesting
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// Calls that may block, on a few threads.
@Suite(.timeLimit(.minutes(1))) struct SharedCallsTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    private final class Gate: Sendable {
        let wake = WakeUp()
        let begun = Atomic<Int>(0)
        func pass() { wake.raise() }
        func wait() -> Int {
            let number = begun.add(1, ordering: .relaxed).newValue
            _ = wake.wait(atMost: .seconds(20))
            return number
        }
    }

    private func soon(_ seconds: Double) -> NIODeadline { .now() + .milliseconds(Int64(seconds * 1000)) }

    @Test func `callers of one key share a call, however often they call while it hangs`() async throws {
        let calls = SharedCalls<String, Int>(name: "test", most: 2, mostOfAll: 6)
        let gate = Gate()
        for _ in 0..<20 {
            let late = calls.value(of: "a", on: loop, until: soon(0.01)) { gate.wait() }
            await #expect(throws: SharedCallFault.late) { try await late.get() }
        }
        let last = calls.value(of: "a", on: loop, until: soon(10)) { gate.wait() }
        #expect(gate.begun.load(ordering: .relaxed) == 1)
        gate.pass()
        #expect(try await last.get() == 1)
    }

    @Test func `one key that hangs keeps no other one from a thread, and more wait for their turn`() async throws {
        let calls = SharedCalls<String, Int>(name: "test", most: 2, mostOfAll: 6)
        let gate = Gate()
        let hung = calls.value(of: "a", on: loop, until: soon(20)) { gate.wait() }
        for number in 0..<10 {
            #expect(try await calls.value(of: "b\(number)", on: loop, until: soon(5)) { number }.get() == number)
        }
        let other = calls.value(of: "c", on: loop, until: soon(20)) { gate.wait() }
        let waiting = calls.value(of: "d", on: loop, until: soon(0.1)) { 4 }
        await #expect(throws: SharedCallFault.late) { try await waiting.get() }
        gate.pass()
        _ = try await (hung.get(), other.get())
        #expect(try await calls.value(of: "d", on: loop, until: soon(5)) { 5 }.get() == 5)
    }

    @Test func `without a thread a call fails at once, and after a stop`() async throws {
        let calls = SharedCalls<String, Int>(name: "test", most: 2, mostOfAll: 6, start: { _ in false })
        await #expect(throws: SharedCallFault.noThread) {
            try await calls.value(of: "a", on: loop, until: soon(20)) { 1 }.get()
        }
        let stopped = SharedCalls<String, Int>(name: "test", most: 2, mostOfAll: 6)
        let gate = Gate()
        let hung = stopped.value(of: "a", on: loop, until: soon(20)) { gate.wait() }
        stopped.stop()
        await #expect(throws: SharedCallFault.stopped) { try await hung.get() }
        await #expect(throws: SharedCallFault.stopped) {
            try await stopped.value(of: "b", on: loop, until: soon(20)) { 1 }.get()
        }
        gate.pass()
    }

    @Test func `calls that hang keep no other one waiting for longer than a moment`() async throws {
        let calls = SharedCalls<String, Int>(name: "test", most: 4, mostOfAll: 12, patience: .milliseconds(200))
        let gate = Gate()
        let hung = (0..<8).map { number in
            calls.value(of: "dead\(number)", on: loop, until: soon(20)) { gate.wait() }
        }
        let begin = ContinuousClock.now
        for number in 0..<4 {
            #expect(try await calls.value(of: "live\(number)", on: loop, until: soon(10)) { number }.get() == number)
        }
        #expect(begin.duration(to: .now) < .seconds(5))
        #expect(gate.begun.load(ordering: .relaxed) == 8)
        gate.pass()
        for call in hung { _ = try await call.get() }
        // They are known now: three of the four places are the most that they have, and all hang again.
        let again = Gate()
        let second = (0..<8).map { number in
            calls.value(of: "dead\(number)", on: loop, until: soon(20)) { again.wait() }
        }
        for number in 0..<4 {
            #expect(try await calls.value(of: "live\(number)", on: loop, until: soon(0.15)) { number }.get() == number)
        }
        #expect(again.begun.load(ordering: .relaxed) == 3)
        again.pass()
        for call in second { _ = try await call.get() }
    }
}

/// Which calls may begin: a value, with no thread and no clock.
@Suite struct CallPlacesTests {
    private func places() -> CallPlaces<Int> { CallPlaces(most: 4, mostOfAll: 6, patience: 100) }

    @Test func `who waits for longest begins first, as many as there are places`() {
        var places = places()
        for key in 1...6 { places.join(key) }
        #expect((0..<5).map { _ in places.admit(at: 0) } == [1, 2, 3, 4, nil])
        places.end(2, at: 50)
        #expect([places.admit(at: 50), places.admit(at: 50)] == [5, nil])
    }

    @Test func `calls that hang make room for others, up to a number`() {
        var places = places()
        for key in 1...9 { places.join(key) }
        for _ in 1...4 { _ = places.admit(at: 0) }
        #expect(places.admit(at: 99) == nil)
        #expect([places.admit(at: 100), places.admit(at: 100)] == [5, 6])
        #expect(places.admit(at: 1000) == nil, "six are the most of all")
        places.end(1, at: 1000)
        #expect(places.admit(at: 1000) == 7)
    }

    @Test func `those that hung before have three quarters, until one returns soon`() {
        var places = places()
        for key in 1...4 {
            places.join(key)
            _ = places.admit(at: 0)
            places.end(key, at: 100)
        }
        for key in 1...5 { places.join(key) }
        #expect((0..<5).map { _ in places.admit(at: 200) } == [1, 2, 3, 5, nil])
        places.end(1, at: 201)
        #expect(places.admit(at: 201) == 4)
        places.end(4, at: 202)
        places.join(1)
        places.join(4)
        #expect([places.admit(at: 203), places.admit(at: 203)] == [1, nil])
    }

    @Test func `what nobody waits for any more does not begin, and what could not begin waits on`() {
        var places = places()
        for key in 1...2 { places.join(key) }
        let left = places.leave(1)
        #expect(left)
        let begun = places.admit(at: 0)
        #expect(begun == 2)
        let leftAgain = places.leave(2)
        #expect(!leftAgain)
        places.putBack(2)
        #expect(places.isIdle && places.hasWaiting)
        #expect(places.admit(at: 0) == 2)
    }
}
