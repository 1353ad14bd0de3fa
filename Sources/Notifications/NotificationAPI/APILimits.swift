import AgentMetrics
package import ApusLimits
import ApusMetrics

/// What the API takes of its clients.
package enum APILimits: LimitCatalog {
    package static let title = "Clients of the API"

    private static let cuts = HTTPServer.connectionsCut.family.name
    private static let slowClient =
        "find the client by the log's line, an address or a uid of this host (`ss -tnp 'dport = :3001'` names its process), and see whether its network or its code is slow"

    /// Below the usual soft limit of 1024 descriptors, with room for the database, where the soft limit cannot be raised.
    package static let connections = Limit(
        900, "connections at a time", per: "API", metric: cuts,
        remedy: "the oldest idle or unfinished one is closed; start more APIs, or let clients reuse connections")
    package static let share = Limit(
        675, "connections of one address at a time", per: "address", metric: cuts,
        remedy: "the oldest idle or unfinished one of the address is closed; let that client reuse connections")
    package static let waiting = Limit(
        4096, "connections that wait to be accepted; past them clients try again a second later", per: "API",
        remedy: "start more APIs, or let clients reuse connections")
    package static let reserve = Limit(
        16, "connections past all others, for /health alone", per: "API", metric: cuts,
        remedy: "nothing: they keep probes alive while clients hold all other connections")
    package static let silence = Limit(
        Duration.seconds(10), "time from a connection to its first byte", per: "connection", metric: cuts, remedy: slowClient)
    package static let idle = Limit(
        Duration.seconds(60), "time between two requests of a connection", per: "connection", metric: cuts,
        remedy: "nothing: a client connects again")
    package static let request = Limit(
        Duration.seconds(30), "time of a whole request, body included", per: "connection", metric: cuts, remedy: slowClient)
    package static let stall = Limit(
        Duration.seconds(10), "time in which a client takes nothing of its answer", per: "connection", metric: cuts,
        remedy: slowClient)
    package static let answer = Limit(
        Duration.seconds(60), "time of a whole answer, to the last byte that the client takes", per: "connection",
        metric: cuts, remedy: slowClient)
    package static let requestLine = Limit(
        ByteLimit.kibibytes(8), "bytes of a request's first line", per: "request",
        remedy: "the client is answered with 414; no path of the API is that long")
    package static let bodies = Limit(
        ByteLimit.mebibytes(64), "bytes of all bodies that are being read or worked on", per: "API", metric: cuts,
        remedy:
            "the largest unfinished body of the address that holds the most is answered with 503; start more APIs, or send smaller batches"
    )
    package static let reading = Limit(
        1, "bodies that are read as JSON at a time; peers take turns", per: "API",
        remedy: "start more APIs, or send smaller batches")
    package static let storing = Limit(
        4, "requests whose notifications are stored at a time; peers take turns", per: "API",
        remedy: "start more APIs, or send fewer and larger batches")
    package static let turnBytes = Limit(
        ByteLimit.mebibytes(16), "bytes of bodies that wait for their turn at one of these", per: "API", metric: cuts,
        remedy: "the last request of the address that has the most waiting is answered with 503; send one batch after the other"
    )
    package static let turn = Limit(
        Duration.seconds(5), "time that a request waits for its turn", per: "request",
        remedy: "the client is answered with 503; send one batch after the other, or start more APIs")
    package static let discarded = Limit(
        ByteLimit.mebibytes(8), "bytes of a body that are taken after its answer, such as a 404", per: "connection",
        metric: cuts,
        remedy: "the connection is closed; find the client by the log's line, and see what it sends where")
    package static let read = Limit(
        ByteLimit.kibibytes(32), "bytes that are read of a connection at a time", per: "connection",
        remedy: "nothing: the rest follows when these are worked on")
    package static let pipelined = Limit(
        ByteLimit.kibibytes(64), "bytes that wait behind a request for its answer", per: "connection", metric: cuts,
        remedy: "the connection is closed; let the client wait for answers")
    package static let field = Limit(
        ByteLimit.kibibytes(8), "bytes of one header field", per: "request",
        remedy: "the client is answered with 431; take cookies and tokens off, the API reads none")
    package static let head = Limit(
        ByteLimit.kibibytes(16), "bytes of all header fields", per: "request",
        remedy: "the client is answered with 431; take cookies and tokens off, the API reads none")
    package static let fields = Limit(
        100, "header fields", per: "request", remedy: "the client is answered with 431; take off what a proxy in front adds")
    package static let lines = Limit(
        3, "lines of log at once on one kind of trouble, then one a minute", per: "route, address or reason",
        remedy: "the next line says how many were left out; mend what the line names")
    package static let stop = Limit(
        Duration.seconds(8), "time that requests may take at a stop, once no connection is taken any more", per: "API",
        metric: cuts, remedy: "what is unfinished is closed, and its client sends it again with its idempotency key")
    package static let descriptors = Limit(
        16, "descriptors that connections leave free", per: "API", metric: cuts,
        remedy: "raise LimitNOFILE= in the unit, or the container's limit of open files")
    package static let lastCall = Limit(
        Duration.milliseconds(500), "time that a stop waits for the first request of a connection that was taken last",
        per: "connection", remedy: "nothing: what was sent before the stop is read by then")

    package static let all: [any AnyLimit] = [
        connections, share, waiting, reserve, silence, idle, request, stall, answer, requestLine, field, head, fields,
        bodies, reading, storing, turnBytes, turn, discarded, read, pipelined, lines, stop, descriptors, lastCall,
    ]
}
