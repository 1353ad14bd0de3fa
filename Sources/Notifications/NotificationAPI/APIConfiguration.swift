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
    /// The maximum number of connections; those past it wait until another ends. It is below the usual limit of 1024 descriptors,
    /// with room for the database.
    package var maximumConnections: Int

    package init(
        instance: String, host: String = "127.0.0.1", port: Int = 3001, drainDelay: Duration = usualDrainDelay,
        idleTimeout: Duration = .seconds(60), maximumConnections: Int = 900
    ) {
        self.instance = instance
        self.host = host
        self.port = port
        self.drainDelay = drainDelay
        self.idleTimeout = idleTimeout
        self.maximumConnections = maximumConnections
    }

    /// The ``drainDelay`` of an API whose command line names none.
    package static let usualDrainDelay = Duration.milliseconds(500)

    /// How long requests that run at a stop may take: those that wait for the store end with its patience of five seconds.
    private static let requestLimit = Duration.seconds(10)

    /// How long a graceful stop may take.
    package var stopLimit: Duration { drainDelay + Self.requestLimit }
}
