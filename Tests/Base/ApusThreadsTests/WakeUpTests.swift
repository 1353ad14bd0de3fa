import Glibc
import Testing

import ApusThreads

@Suite struct `A wake-up` {
    private static let never = Duration.seconds(3600)

    @Test func `that is raised ends every wait at once, and stays raised`() {
        let wake = WakeUp()
        #expect(!wake.isRaised)
        #expect(!wake.wait(atMost: .zero))
        wake.raise()
        wake.raise()
        #expect(wake.isRaised)
        #expect(wake.wait(atMost: Self.never))
        #expect(wake.wait(atMost: Self.never))
    }

    @Test func `that is raised makes its descriptor readable, for a poll of the caller's own`() {
        let wake = WakeUp()
        var polled = pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0)
        #expect(poll(&polled, 1, 0) == 0)
        wake.raise()
        #expect(poll(&polled, 1, 0) == 1)
    }

    @Test func `ends a wait that another thread is in`() async throws {
        // The thread may not wait yet when it is raised; either way it ends.
        let wake = WakeUp()
        async let hasEnded: Void = ThreadService(name: "waits") { _ in
            while !wake.wait(atMost: Self.never) {}
        }.run()
        wake.raise()
        try await hasEnded
    }

    @Test func `waits for another descriptor too`() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        let wake = WakeUp()
        #expect(!wake.wait(for: ends[0], atMost: .zero))
        var byte: UInt8 = 1
        #expect(write(ends[1], &byte, 1) == 1)
        // Not for an hour; and it is the other's doing.
        #expect(!wake.wait(for: ends[0], atMost: Self.never))
        #expect(read(ends[0], &byte, 1) == 1)
        close(ends[1])
        #expect(!wake.wait(for: ends[0], atMost: Self.never))
    }

    @Test func `without a descriptor is seen by its flag`() {
        let wake = WakeUp(descriptor: -1)
        #expect(!wake.wait(atMost: .zero))
        wake.raise()
        #expect(wake.wait(atMost: Self.never))
    }
}
