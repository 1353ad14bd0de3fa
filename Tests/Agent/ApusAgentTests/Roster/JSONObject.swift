import Foundation
import Testing

/// The object that a page in JSON is.
func jsonObject(_ page: RunningAgent.Page) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(page.text.utf8)) as? [String: Any], "\(page.status) \(page.text)")
}

/// Runs what blocks on a thread of its own: the agent of the test needs the others.
func blocking<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: body()) }
    }
}
