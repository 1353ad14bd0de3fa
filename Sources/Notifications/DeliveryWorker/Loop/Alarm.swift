/// One timer that rings at the earliest moment it was set to.
struct Alarm {
    private let ring: @Sendable () -> Void
    private var moment: ContinuousClock.Instant?
    private var task: Task<Void, Never>?

    init(ring: @escaping @Sendable () -> Void) { self.ring = ring }

    /// Sets the alarm to a moment, or to none. It may ring early, because a timer that is only too early is left as it is.
    mutating func set(_ wanted: ContinuousClock.Instant?, now: ContinuousClock.Instant) {
        guard let wanted else { return cancel() }
        if let moment, moment > now, moment <= wanted { return }
        cancel()
        moment = wanted
        task = Task { [ring] in
            guard (try? await Task.sleep(until: wanted, clock: .continuous)) != nil else { return }
            ring()
        }
    }

    mutating func cancel() {
        task?.cancel()
        task = nil
        moment = nil
    }
}
