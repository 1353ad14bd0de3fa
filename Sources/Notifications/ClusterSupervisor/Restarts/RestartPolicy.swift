import ApusLimits

/// When a child that ended without being asked is started again.
///
/// The delay doubles from `initialDelay` to `maximumDelay` with each crash in a row, and starts over once the child has been ready
/// for `healthyAfter`. A child that crashes `crashLimit` times within `crashWindow` is parked: it is told as trouble, and started again
/// every `parkedRetry` only, so that it comes back by itself once its cause is gone, and costs the others little until then.
package struct RestartPolicy: Sendable, Hashable {
    /// Whether anything is restarted; false leaves a child down once it has ended.
    package var isEnabled: Bool
    /// The delay before the first restart.
    package var initialDelay: Duration
    /// The longest delay, before jitter.
    package var maximumDelay: Duration
    /// How far a delay may be from its nominal value, as a ratio of it: 0.1 is 10 % more or less, so that children that died together do not
    /// come back together.
    package var jitter: Double
    /// How long a child must have been ready for its earlier crashes to be forgotten by the backoff.
    package var healthyAfter: Duration
    /// The number of crashes within `crashWindow` that parks a child.
    package var crashLimit: Int
    /// How long a crash counts towards `crashLimit`.
    package var crashWindow: Duration
    /// The pause before a parked child is started again.
    package var parkedRetry: Duration

    package init(
        isEnabled: Bool = true, initialDelay: Duration = .seconds(1), maximumDelay: Duration = .seconds(30),
        jitter: Double = 0.1, healthyAfter: Duration = .seconds(60), crashLimit: Int = SupervisorLimits.crashes.value,
        crashWindow: Duration = .seconds(300), parkedRetry: Duration = SupervisorLimits.parkedRetry.value
    ) {
        self.isEnabled = isEnabled
        self.initialDelay = initialDelay
        self.maximumDelay = max(maximumDelay, initialDelay)
        self.jitter = min(max(jitter, 0), 1)
        self.healthyAfter = healthyAfter
        self.crashLimit = crashLimit
        self.crashWindow = crashWindow
        self.parkedRetry = parkedRetry
    }

    /// The policy under which a child that has ended stays down.
    package static let never = RestartPolicy(isEnabled: false)
}
