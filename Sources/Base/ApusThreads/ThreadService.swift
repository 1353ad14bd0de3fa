import ServiceLifecycle

/// A service that is a blocking loop on a thread of its own, which neither holds a thread of the cooperative pool nor waits for
/// one.
///
/// Graceful shutdown, cancellation and ``stop()`` raise the loop's ``WakeUp``; the service ends when the loop does.
///
/// ```swift
/// let listener = ThreadService(name: "apus-reports") { wake in
///     while !wake.wait(for: socket, atMost: .seconds(1)) { acceptConnections() }
/// }
/// let watch = ThreadService(name: "apus-hangs", every: .seconds(1)) { judge() }
/// try await ServiceGroup(services: [listener, watch], logger: logger).run()
/// ```
package struct ThreadService: Service {
    private let name: String
    private let wake = WakeUp()
    private let loop: @Sendable (WakeUp) -> Void
    private let start: @Sendable (DetachedThread) -> Bool

    /// - Parameters:
    ///   - name: the thread's name for top and gdb, at most 15 bytes.
    ///   - loop: the thread's body, which returns soon after the ``WakeUp`` is raised.
    package init(name: String, _ loop: @escaping @Sendable (WakeUp) -> Void) {
        self.init(name: name, start: { $0.start() }, loop)
    }

    /// Makes a service that does one short thing over and over: at once, and each time an interval after the last was done.
    ///
    /// - Parameter name: the thread's name for top and gdb, at most 15 bytes.
    package init(name: String, every interval: Duration, _ turn: @escaping @Sendable () -> Void) {
        self.init(name: name) { wake in
            repeat { turn() } while !wake.wait(atMost: interval)
        }
    }

    package init(
        name: String, start: @escaping @Sendable (DetachedThread) -> Bool, _ loop: @escaping @Sendable (WakeUp) -> Void
    ) {
        self.name = name
        self.start = start
        self.loop = loop
    }

    /// Raises the loop's ``WakeUp`` and returns at once; before ``run()``, the loop finds it raised when it begins.
    package func stop() { wake.raise() }

    /// Runs the loop until it ends; can be called once.
    ///
    /// - Throws: ``ThreadRefused`` when the system grants no thread.
    package func run() async throws(ThreadRefused) {
        let isGranted = await withTaskCancellationOrGracefulShutdownHandler {
            await withCheckedContinuation { continuation in
                let thread = DetachedThread(name: name) { [loop, wake] in
                    loop(wake)
                    continuation.resume(returning: true)
                }
                if !start(thread) { continuation.resume(returning: false) }
            }
        } onCancelOrGracefulShutdown: { [wake] in
            wake.raise()
        }
        guard isGranted else { throw ThreadRefused(name: name) }
    }
}

/// The system granted no thread for a service.
package struct ThreadRefused: Error, Equatable, CustomStringConvertible {
    /// The name that the thread would have had.
    package let name: String

    package init(name: String) { self.name = name }

    package var description: String {
        "the system grants no thread for \(name): raise the unit's TasksMax=, the pids limit of the container, or `ulimit -u`"
    }
}
