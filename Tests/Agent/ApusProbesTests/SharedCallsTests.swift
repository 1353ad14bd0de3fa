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
        let calls = SharedCalls<String, Int>(name: "test", most: 2)
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
        let calls = SharedCalls<String, Int>(name: "test", most: 2)
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
        let calls = SharedCalls<String, Int>(name: "test", most: 2, start: { _ in false })
        await #expect(throws: SharedCallFault.noThread) {
            try await calls.value(of: "a", on: loop, until: soon(20)) { 1 }.get()
        }
        let stopped = SharedCalls<String, Int>(name: "test", most: 2)
        let gate = Gate()
        let hung = stopped.value(of: "a", on: loop, until: soon(20)) { gate.wait() }
        stopped.stop()
        await #expect(throws: SharedCallFault.stopped) { try await hung.get() }
        await #expect(throws: SharedCallFault.stopped) {
            try await stopped.value(of: "b", on: loop, until: soon(20)) { 1 }.get()
        }
        gate.pass()
    }
}
