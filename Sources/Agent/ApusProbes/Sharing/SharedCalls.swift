package import ApusLimits
package import ApusThreads
package import NIOCore
import Synchronization

/// Calls that may block in the kernel or in the C library, such as looking up a name or reading a file of a file system that does not
/// answer, on a few threads of their own.
///
/// Callers of one key share a call that is under way, so that who calls again and again while nothing answers holds one thread. Keys that hang keep no
/// other one from a thread for longer than a moment (``CallPlaces``). There is no thread while nobody calls.
///
/// ```swift
/// let lookups = SharedCalls<ByteText, [Address]>(name: "apus-lookups", most: 8, mostOfAll: 24)
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
        var bodies: [Key: @Sendable () -> Value] = [:]
        var places: CallPlaces<Key>
        var lastNumber = 0
        var isStopped = false
        /// Whether it is looked soon whether calls that wait may begin.
        var isLookedAfter = false

        mutating func admit() -> Call? {
            while let key = places.admit(at: NIODeadline.now().uptimeNanoseconds) {
                if let body = bodies.removeValue(forKey: key) { return Call(key: key, body: body) }
            }
            return nil
        }
    }

    private let name: String
    private let patience: TimeAmount
    private let start: @Sendable (DetachedThread) -> Bool
    private let state: Mutex<State>

    /// - Parameters:
    ///   - name: of the threads for top and gdb, at most 15 bytes.
    ///   - most: calls at a time; others wait until one of these has returned.
    ///   - mostOfAll: calls at a time, all that hang included.
    ///   - patience: after which a call counts as one that hangs (``CallPlaces``).
    ///   - start: has a thread run; a test's can refuse it.
    package init(
        name: String, most: Int, mostOfAll: Int, patience: Duration = ProbeLimits.patience.value,
        start: @escaping @Sendable (DetachedThread) -> Bool = { $0.start() }
    ) {
        self.name = name
        self.patience = TimeAmount(patience)
        self.start = start
        state = Mutex(
            State(
                places: CallPlaces(most: most, mostOfAll: mostOfAll, patience: UInt64(max(1, patience / .nanoseconds(1))))))
    }

    /// The value of a call of this key that is under way, or of a new one.
    ///
    /// - Returns: on the loop; fails with ``SharedCallFault``.
    package func value(
        of key: Key, on loop: any EventLoop, until deadline: NIODeadline, _ body: @escaping @Sendable () -> Value
    ) -> EventLoopFuture<Value> {
        let promise = loop.makePromise(of: Value.self)
        let number = state.withLock { state -> Int? in
            guard !state.isStopped else { return nil }
            state.lastNumber += 1
            if state.waiters[key] == nil {
                state.bodies[key] = body
                state.places.join(key)
            }
            state.waiters[key, default: []].append(Waiter(number: state.lastNumber, promise: promise))
            return state.lastNumber
        }
        guard let number else {
            promise.fail(SharedCallFault.stopped)
            return promise.futureResult
        }
        let timer = loop.scheduleTask(deadline: deadline) { [weak self] in self?.giveUp(number, of: key, .late) }
        promise.futureResult.whenComplete { _ in timer.cancel() }
        begin(on: loop)
        return promise.futureResult
    }

    /// Fails all that is waited for, and takes no call any more: the loops of those who wait may end then.
    package func stop() {
        let waiters = state.withLock { state in
            defer { (state.waiters, state.bodies, state.isStopped) = ([:], [:], true) }
            return state.waiters.values.joined().map(\.promise)
        }
        for promise in waiters { promise.fail(SharedCallFault.stopped) }
    }

    private func giveUp(_ number: Int, of key: Key, _ fault: SharedCallFault) {
        let promise = state.withLock { state -> EventLoopPromise<Value>? in
            guard let place = state.waiters[key]?.firstIndex(where: { $0.number == number }) else { return nil }
            let promise = state.waiters[key]?.remove(at: place).promise
            // The key stays while its call is under way, also without a waiter: there is no second call.
            if state.waiters[key]?.isEmpty ?? false, state.places.leave(key) {
                state.waiters[key] = nil
                state.bodies[key] = nil
            }
            return promise
        }
        promise?.fail(fault)
    }

    // MARK: - Threads

    /// Has threads begin the calls that may, and looks again soon while some may not: others hang by then.
    private func begin(on loop: any EventLoop) {
        while let call = state.withLock({ $0.admit() }) {
            guard start(DetachedThread(name: name) { self.work(call) }) else {
                refuseThread(to: call)
                break
            }
        }
        let isDue = state.withLock { state in
            guard state.places.hasWaiting, !state.isStopped, !state.isLookedAfter else { return false }
            state.isLookedAfter = true
            return true
        }
        guard isDue else { return }
        loop.scheduleTask(in: patience) { [weak self] in
            guard let self else { return }
            state.withLock { $0.isLookedAfter = false }
            begin(on: loop)
        }
    }

    /// Fails what waits for a thread where there is none at all, and lets it wait for others where there are some.
    private func refuseThread(to call: Call) {
        let waiters = state.withLock { state -> [Waiter] in
            state.places.putBack(call.key)
            state.bodies[call.key] = call.body
            guard state.places.isIdle else { return [] }
            let keys = Array(state.bodies.keys)
            state.bodies = [:]
            for key in keys { _ = state.places.leave(key) }
            return keys.flatMap { state.waiters.removeValue(forKey: $0) ?? [] }
        }
        for waiter in waiters { waiter.promise.fail(SharedCallFault.noThread) }
    }

    /// Runs a call, and those that wait after it.
    private func work(_ first: Call) {
        var next: Call? = first
        while let call = next {
            let value = call.body()
            let waiters: [Waiter]
            (waiters, next) = state.withLock { state in
                state.places.end(call.key, at: NIODeadline.now().uptimeNanoseconds)
                return (state.waiters.removeValue(forKey: call.key) ?? [], state.admit())
            }
            for waiter in waiters { waiter.promise.succeed(value) }
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
