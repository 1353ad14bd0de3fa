import AgentMetrics
package import ApusLimits
import ApusMetrics

/// What clients of the agent's HTTP endpoint may take.
package enum EndpointLimits: LimitCatalog {
    package static let title = "Clients of the agent's HTTP endpoint"

    private static let cuts = Agent.connectionsCut.family.name
    private static let whoConnects =
        "look who connects: the agent's log names the address or, on this host, the uid; `ss -tnp 'dport = :9480'` names the processes of this host that are connected"

    /// Connections at a time.
    package static let connections = Limit(
        256, "HTTP connections at a time; past them the oldest idle or unfinished one of whoever holds the most is closed",
        per: "agent", metric: cuts, remedy: whoConnects)
    /// Connections at a time that speak TLS.
    package static let securedConnections = Limit(
        192, "HTTP connections at a time of an agent that speaks TLS since its start, as each takes three times the memory",
        per: "agent", metric: cuts, remedy: whoConnects)
    /// Connections of one peer.
    package static let share = Limit(
        64, "HTTP connections at a time; past them the peer's own oldest is closed",
        per: "address, IPv6 network of 64 bits, or user of this host", metric: cuts, remedy: whoConnects)
    /// Connections that the kernel holds until they are accepted.
    package static let waiting = Limit(
        4096, "HTTP connections that wait to be accepted; past them clients try again a second later", per: "agent",
        remedy: whoConnects)
    /// Connections that may ask for health when all others are being answered.
    package static let reserve = Limit(
        8, "HTTP connections past all others, for `/health/live` and `/health/ready` alone", per: "agent",
        metric: Agent.connectionsRejected.family.name, remedy: whoConnects)

    /// What opens files between two scrapes needs some: libdispatch ends the process where it has none.
    package static let descriptors = Limit(
        16, "descriptors that HTTP connections leave free", per: "agent", metric: cuts,
        remedy: "raise LimitNOFILE= in the agent's unit, or the container's limit of open files")

    package static let silence = Limit(
        Duration.seconds(10), "from a connection's accept to its first byte", per: "connection", metric: cuts,
        remedy: whoConnects)
    package static let idle = Limit(
        Duration.seconds(120), "between an answer and the next request of a connection", per: "connection", metric: cuts,
        remedy: "nothing: clients connect again")
    package static let request = Limit(
        Duration.seconds(10), "from the first byte of a request to its last", per: "connection", metric: cuts,
        remedy: whoConnects)
    package static let stall = Limit(
        Duration.seconds(10), "in which a client takes nothing of an answer", per: "connection", metric: cuts,
        remedy:
            "look at the client and the network to it; fewer series or compression (`--compress always`) make answers smaller")
    package static let answer = Limit(
        Duration.seconds(60), "from a request to the last byte of its answer; X-Prometheus-Scrape-Timeout-Seconds shortens it",
        per: "connection", metric: cuts,
        remedy:
            "look at the client and the network to it; fewer series or compression (`--compress always`) make answers smaller")

    /// Scrapes that may be under way at a time.
    package static let scrapes = Limit(
        32,
        "scrapes under way; past them one whose client keeps it waiting gives way, or one of whoever has more than the new one's peer; else the new one is answered with 503",
        per: "agent", metric: Agent.scrapesRejected.family.name, remedy: whoConnects)
    package static let scrapeShare = Limit(
        24, "scrapes under way", per: "address, IPv6 network of 64 bits, or user of this host",
        metric: Agent.scrapesRejected.family.name, remedy: whoConnects)
    /// When a client keeps a scrape waiting.
    package static let slowness = Limit(
        Duration.milliseconds(100),
        "in which a client takes nothing of what waits for it before another scrape of the same peer may have its place",
        per: "scrape", metric: cuts, remedy: "look at the client and the network to it")

    package static let line = Limit(
        ByteLimit(bytes: 8000), "the first line of a request, answered with 414 past it", per: "request",
        remedy: "the client is at fault: no page of the agent has such a path")
    package static let field = Limit(
        ByteLimit.kibibytes(8), "one header field of a request, answered with 431 past it", per: "request",
        remedy: "take cookies and tokens off what is sent to the agent: it reads none")
    package static let head = Limit(
        ByteLimit.kibibytes(16), "all header fields of a request, answered with 431 past them", per: "request",
        remedy: "take cookies and tokens off what is sent to the agent: it reads none")
    package static let fields = Limit(
        100, "header fields of a request, answered with 431 past them", per: "request",
        remedy: "take off what a proxy in front of the agent adds")
    package static let body = Limit(
        ByteLimit.kibibytes(16), "the body of a request, which is ignored; answered with 413 past it", per: "request",
        remedy: "the client is at fault: no page of the agent takes a body")
    package static let pipelined = Limit(
        ByteLimit.kibibytes(64), "that wait behind a request for its answer", per: "connection", metric: cuts,
        remedy: "let the client wait for answers: it sends requests without end")
    package static let unsent = Limit(
        ByteLimit.kibibytes(128), "of an answer in the kernel (SO_SNDBUF, which Linux doubles)", per: "connection",
        remedy: "nothing: what a client has not taken waits in the agent")

    package static let document = Limit(
        ByteLimit.kibibytes(64), "a page other than `/metrics`, past which it counts as a scrape until it is taken",
        per: "request",
        metric: Agent.scrapesRejected.family.name, remedy: whoConnects)

    package static let all: [any AnyLimit] = [
        connections, securedConnections, share, waiting, reserve, descriptors, silence, idle, request, stall, answer, scrapes,
        scrapeShare,
        slowness, line,
        field, head,
        fields, body, pipelined, unsent, document,
    ]
}
