extension Reporter {
    /// The name under which the cooperative pool is watched from the start: the threads that tasks of default priority run on.
    public static let cooperativePool = "cooperative-pool"

    /// Has an executor watched: every second a probe is posted to it, and the time until it runs is its scheduling lag.
    ///
    /// ```swift
    /// reporter.watch(executor: "event-loop") { probe in eventLoop.execute(probe) }
    /// reporter.watch(executor: "images") { probe in queue.async(execute: probe) }
    /// reporter.watch(executor: "main") { probe in Task { @MainActor in probe() } }
    /// ```
    ///
    /// An agent says that the process is hung while a probe waits longer than its threshold, so watch what must never block. A
    /// probe that the executor throws away, as an event loop does after its end, counts as none.
    /// - Parameters:
    ///   - name: the label `executor`; watching another executor under the same name replaces the first.
    ///   - post: hands the probe on and returns at once: it is called on the reporter's thread, which gives the sign of life.
    public func watch(
        executor name: String, _ post: @escaping @Sendable (_ probe: @escaping @Sendable () -> Void) -> Void
    ) {
        scheduling.watch(name, post)
    }

    /// Ends the watch over an executor; its lag is 0 from then on.
    public func unwatch(executor name: String) { scheduling.unwatch(name) }
}
