/// What an agent takes, for those who describe what it is given.
package enum AgentLimits {
    /// Instances that report to one agent: a loop of restarts under new names does not fill its memory.
    package static let instances = 1000

    /// Pages of metrics that one agent fetches.
    package static let pages = 256

    /// Samples of one exposition: Prometheus takes none of a scrape that has more (`sample_limit`).
    package static let samples = 50_000

    /// The shortest time between two turns of the sampling loop.
    package static let leastInterval = Duration.milliseconds(100)

    /// How long an agent that is stopped waits for scrapes that are under way.
    package static let drain = Duration.seconds(8)

    /// How long a stop of an agent may take before it is killed: the scrapes that are under way, then what it has logged and hands to
    /// the agent after it.
    package static let stopGrace = drain + .seconds(2)
}
