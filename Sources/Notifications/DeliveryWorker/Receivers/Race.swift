import NIOCore
import Synchronization

/// A result that several may give, the first of whom decides: an answer, a deadline, a cancellation.
final class Race<Value: Sendable>: Sendable {
    private let isOver = Atomic<Bool>(false)
    private let promise: EventLoopPromise<Value>

    init(on loop: any EventLoop) { promise = loop.makePromise() }

    /// Gives the result; false when it came too late.
    @discardableResult
    func succeed(_ value: Value) -> Bool {
        guard !isOver.exchange(true, ordering: .acquiringAndReleasing) else { return false }
        promise.succeed(value)
        return true
    }

    /// Gives an error in place of a result; false when it came too late.
    @discardableResult
    func fail(_ error: any Error) -> Bool {
        guard !isOver.exchange(true, ordering: .acquiringAndReleasing) else { return false }
        promise.fail(error)
        return true
    }

    /// Whether there is a result, or an error.
    var hasEnded: Bool { isOver.load(ordering: .acquiring) }

    /// The result; the cancellation of the task that waits for it is one as well.
    var value: Value {
        get async throws {
            try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                fail(CancellationError())
            }
        }
    }
}
