import AgentMetrics
package import ApusLimits
import ApusMetrics

/// What the documents about all instances and groups hold, and who may follow them.
package enum RosterLimits: LimitCatalog {
    package static let title = "Pages about all instances, and who follows them"

    /// Rows of one document.
    package static let rows = Limit(
        3000, "rows of `/api/v1/instances` and of what followers get; how many are left out is said there", per: "answer",
        remedy: "watch fewer groups (--group-limit), or ask /metrics, which has all")
    /// Clients that follow at a time.
    package static let followers = Limit(
        64, "clients that follow `/api/v1/live` at a time; past them 503", per: "agent",
        remedy: "close pages that nobody looks at, or poll `/api/v1/instances` with If-None-Match")
    /// Clients of one peer that follow at a time.
    package static let followerShare = Limit(
        8, "clients that follow `/api/v1/live` at a time; past them 503",
        per: "address, IPv6 network of 64 bits, or user of this host",
        remedy: "close pages that nobody looks at; behind a proxy all clients are one peer: poll `/api/v1/instances`")
    /// How long an event may be on its way to a follower.
    package static let patience = Limit(
        Duration.seconds(10), "in which a follower must have taken an event; past it its connection is closed",
        per: "connection",
        metric: Agent.connectionsCut.family.name, remedy: "look at the client and the network to it")
    /// The value of one parameter of a query.
    package static let parameter = Limit(
        ByteLimit(bytes: 512), "the value of one parameter of a query, answered with 400 past it", per: "request",
        remedy: "the client is at fault: no name is as long")

    package static let all: [any AnyLimit] = [rows, followers, followerShare, patience, parameter]
}
