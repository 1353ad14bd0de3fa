import ApusLimits

/// Where an API listens and how it stops.
package struct APIConfiguration: Sendable {
    /// The name of this instance, for `/stats`.
    package var instance: String
    /// The address to listen on.
    package var host: String
    /// The port to listen on; 0 takes a free one.
    package var port: Int
    /// How long `/health/ready` answers 503, at a stop, before no connection is taken any more: the time in which load balancers
    /// notice.
    package var drainDelay: Duration
    /// How long nothing may move on a connection before it is closed.
    package var idleTimeout: Duration
    /// How long a whole request may take to come, its body included.
    package var requestTimeout: Duration
    /// The maximum number of connections; for one more, the oldest idle or unfinished one is closed.
    package var maximumConnections: Int

    package init(
        instance: String, host: String = "127.0.0.1", port: Int = 3001, drainDelay: Duration = usualDrainDelay,
        idleTimeout: Duration = APILimits.idle.value, requestTimeout: Duration = APILimits.request.value,
        maximumConnections: Int = APILimits.connections.value
    ) {
        self.instance = instance
        self.host = host
        self.port = port
        self.drainDelay = drainDelay
        self.idleTimeout = idleTimeout
        self.requestTimeout = requestTimeout
        self.maximumConnections = maximumConnections
    }

    /// The ``drainDelay`` of an API whose command line names none.
    package static let usualDrainDelay = Duration.milliseconds(500)

    /// The longest ``drainDelay`` that a command line can ask for: a stop is to end while somebody waits for it.
    package static let longestDrainDelay = Duration.seconds(3600)

    /// How long requests that run at a stop may take: those that wait for the store end with its patience of five seconds.
    package var requestGrace = APILimits.stop.value

    /// How long a graceful stop may take, with the end of what was cut off.
    package var stopLimit: Duration { drainDelay + requestGrace + .seconds(2) }
}
