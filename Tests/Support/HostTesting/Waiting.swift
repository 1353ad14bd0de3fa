import Foundation
import Glibc

/// A condition that did not come true in time.
package struct NotInTime: Error, CustomStringConvertible {
    package let description: String

    init(_ what: String, within limit: Duration) { description = "not within \(limit): \(what)" }
}

/// Waits for a condition of the outside world, such as another process's end, and throws when it does not come true in time.
///
/// It looks again after a thirtieth of the time that it has waited, at the soonest after 2 ms and at the latest after 100 ms.
///
/// - Parameters:
///   - what: The condition in words; it is asked for once the time is up, so that it can tell of the last state.
///   - limit: The time that the condition has; many times what it takes on an idle machine.
package func eventually(
    _ what: @autoclosure () -> String, within limit: Duration = .seconds(30), _ condition: () async throws -> Bool
) async throws {
    let start = ContinuousClock.now
    while try await !condition() {
        let waited = ContinuousClock.now - start
        guard waited < limit else { throw NotInTime(what(), within: limit) }
        try await Task.sleep(for: pause(after: waited))
    }
}

/// Whether a condition of the outside world comes true in time; it holds the thread meanwhile.
package func comesTrue(within limit: Duration, _ condition: () throws -> Bool) rethrows -> Bool {
    let start = ContinuousClock.now
    while try !condition() {
        let waited = ContinuousClock.now - start
        guard waited < limit else { return false }
        usleep(UInt32(pause(after: waited) / .microseconds(1)))
    }
    return true
}

/// Whether a process takes connections on a Unix socket: the file is there from `bind` on, and refuses them until `listen`.
package func isListening(onSocket path: String) throws -> Bool {
    // The flag of the kernel's table by which a socket listens.
    let listening = "00010000"
    return try String(contentsOfFile: "/proc/self/net/unix", encoding: .utf8).split(separator: "\n").contains { line in
        let fields = line.split(separator: " ", omittingEmptySubsequences: true)
        return fields.count == 8 && fields[3] == listening && fields[7] == path
    }
}

private func pause(after waited: Duration) -> Duration { min(max(waited / 30, .milliseconds(2)), .milliseconds(100)) }
