/// What an agent takes, for those who describe what it is given.
package enum AgentLimits {
    /// Instances that report to one agent: a loop of restarts under new names does not fill its memory.
    package static let instances = 1000

    /// Pages of metrics that one agent fetches.
    package static let pages = 256

    /// The shortest time in which a page must be read.
    package static let shortestPageTimeout = Duration.milliseconds(10)

    /// The longest time in which a page may be read.
    package static let longestPageTimeout = Duration.seconds(10)

    /// How long a scrape waits for pages at most: the other half of its timeout is for reading what comes of it.
    package static func timeForPages(of scrape: Duration) -> Duration { scrape / 2 }

    /// Bytes of a selector in the agent's file.
    package static let selectorBytes = 1024

    /// Bytes of the path of a Unix socket: with a zero byte at its end it fits into `sun_path`, unix(7).
    package static let socketPathBytes = 107

    /// Samples of one exposition: Prometheus takes none of a scrape that has more (`sample_limit`).
    package static let samples = 50_000

    /// The shortest time between two turns of the sampling loop.
    package static let leastInterval = Duration.milliseconds(100)

    /// How long an agent that is stopped waits for scrapes that are under way.
    package static let drain = Duration.seconds(8)

    /// How long an agent that is stopped waits for pages that scrapes under way have asked for: the other half is for answering these.
    package static let pagesAtStop = drain / 2

    /// How long a stop of an agent may take before it is killed: the scrapes that are under way, then what it has logged and hands to
    /// the agent after it.
    package static let stopGrace = drain + .seconds(2)
}
