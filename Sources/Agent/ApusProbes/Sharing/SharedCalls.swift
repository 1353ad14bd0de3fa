package import ApusThreads
package import NIOCore
import Synchronization

/// Calls that may block in the kernel or in the C library, such as looking up a name or reading a file of a file system that does not
/// answer, on a few threads of their own.
///
/// Callers of one key share a call that is under way, so that who calls again and again while nothing answers holds one thread. There is
/// no thread while nobody calls.
///
/// ```swift
/// let lookups = SharedCalls<ByteText, [Address]>(name: "apus-lookups", most: 8)
/// lookups.value(of: ByteText("db.example"), on: loop, until: deadline) { lookUp("db.example") }
/// ```
package final class SharedCalls<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Waiter {
        let number: Int
        let promise: EventLoopPromise<Value>
    }

    private struct Call {
        let key: Key
        let body: @Sendable () -> Value
    }

    private struct State {
        var waiters: [Key: [Waiter]] = [:]
        /// Calls that no thread has begun.
        var queue: [Call] = []
        var threads = 0
        var lastNumber = 0
        var isStopped = false
    }

    private let name: String
    private let most: Int
    private let start: @Sendable (DetachedThread) -> Bool
    private let state = Mutex(State())

    /// - Parameters:
    ///   - name: of the threads for top and gdb, at most 15 bytes.
    ///   - most: calls at a time; others wait until one of these has returned.
    ///   - start: has a thread run; a test's can refuse it.
    package init(name: String, most: Int, start: @escaping @Sendable (DetachedThread) -> Bool = { $0.start() }) {
        self.name = name
        self.most = max(1, most)
        self.start = start
    }

    /// The value of a call of this key that is under way, or of a new one.
    ///
    /// - Returns: on the loop; fails with ``SharedCallFault``.
    package func value(
        of key: Key, on loop: any EventLoop, until deadline: NIODeadline, _ body: @escaping @Sendable () -> Value
    ) -> EventLoopFuture<Value> {
        let promise = loop.makePromise(of: Value.self)
        let (number, needsThread) = state.withLock { state -> (Int?, Bool) in
            guard !state.isStopped else { return (nil, false) }
            state.lastNumber += 1
            let isNew = state.waiters[key] == nil
            state.waiters[key, default: []].append(Waiter(number: state.lastNumber, promise: promise))
            if isNew { state.queue.append(Call(key: key, body: body)) }
            guard isNew, state.threads < most else { return (state.lastNumber, false) }
            state.threads += 1
            return (state.lastNumber, true)
        }
        guard let number else {
            promise.fail(SharedCallFault.stopped)
            return promise.futureResult
        }
        let timer = loop.scheduleTask(deadline: deadline) { [weak self] in self?.giveUp(number, of: key, .late) }
        promise.futureResult.whenComplete { _ in timer.cancel() }
        if needsThread, !start(DetachedThread(name: name) { self.work() }) { refuseThread() }
        return promise.futureResult
    }

    /// Fails all that is waited for, and takes no call any more: the loops of those who wait may end then.
    package func stop() {
        let waiters = state.withLock { state in
            defer { (state.waiters, state.queue, state.isStopped) = ([:], [], true) }
            return state.waiters.values.joined().map(\.promise)
        }
        for promise in waiters { promise.fail(SharedCallFault.stopped) }
    }

    private func giveUp(_ number: Int, of key: Key, _ fault: SharedCallFault) {
        let promise = state.withLock { state -> EventLoopPromise<Value>? in
            guard let place = state.waiters[key]?.firstIndex(where: { $0.number == number }) else { return nil }
            // The key stays while its call is under way, also without a waiter: there is no second call.
            return state.waiters[key]?.remove(at: place).promise
        }
        promise?.fail(fault)
    }

    /// Fails what waits for a thread where there is none at all, and lets it wait for others where there are some.
    private func refuseThread() {
        let waiters = state.withLock { state -> [Waiter] in
            state.threads -= 1
            guard state.threads == 0 else { return [] }
            defer { state.queue = [] }
            return state.queue.flatMap { state.waiters.removeValue(forKey: $0.key) ?? [] }
        }
        for waiter in waiters { waiter.promise.fail(SharedCallFault.noThread) }
    }

    private func work() {
        while let call = next() {
            let value = call.body()
            let waiters = state.withLock { $0.waiters.removeValue(forKey: call.key) ?? [] }
            for waiter in waiters { waiter.promise.succeed(value) }
        }
    }

    /// The call that waits for longest; `nil` when the thread is to end.
    private func next() -> Call? {
        state.withLock { state in
            // Who has given up needs no answer.
            while let call = state.queue.first {
                state.queue.removeFirst()
                if state.waiters[call.key]?.isEmpty == false { return call }
                state.waiters[call.key] = nil
            }
            state.threads -= 1
            return nil
        }
    }
}

/// Why a call has no value.
package enum SharedCallFault: Error, Hashable {
    /// It has not returned in time, or not begun.
    case late
    /// The system grants no thread.
    case noThread
    /// The calls are stopped.
    case stopped
}
