/// A condition that did not come true in time.
package struct TimedOut: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
}

/// Waits until a condition holds, looking every few milliseconds.
package func eventually(
    _ what: String, within limit: Duration = .seconds(30), _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw TimedOut(description: "not within \(limit): \(what)") }
        try await Task.sleep(for: .milliseconds(5))
    }
}
