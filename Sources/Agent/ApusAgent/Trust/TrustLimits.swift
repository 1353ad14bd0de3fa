import AgentMetrics
package import ApusLimits
import ApusMetrics

/// What the agent bears of those who have to say who they are.
package enum TrustLimits: LimitCatalog {
    package static let title = "Clients that have to say who they are (--web-config)"

    private static let denied = Agent.requestsDenied.family.name
    private static let whoAsks = "look who asks: the agent's log names the address or, on this host, the uid"

    package static let file = Limit(
        ByteLimit.kibibytes(256), "of the web configuration, and of each certificate and key, that are read", per: "file",
        remedy: "leave out users and authorities that nobody needs")
    package static let users = Limit(
        1000, "users in the web configuration", per: "file", remedy: "give several clients one user, or certificates")
    /// The longest computation.
    package static let cost = Limit(
        18, "the cost of a password's hash by bcrypt, at which a check takes some 20 s; each step more doubles it", per: "user",
        remedy: "hash the password anew, with a cost of 10: htpasswd -nBC 10 USER")
    package static let checks = Limit(
        64, "passwords that wait for their check, of which one is under way at a time; answered with 503 past them",
        per: "agent",
        metric: denied, remedy: whoAsks)
    package static let checkShare = Limit(
        4, "different passwords that wait for their check; answered with 503 past them",
        per: "address, IPv6 network of 64 bits, or user of this host", metric: denied, remedy: whoAsks)
    package static let results = Limit(
        256, "results of checks that are remembered, right ones and wrong ones apart; past them the oldest is forgotten",
        per: "agent", metric: Agent.passwordChecks.family.name,
        remedy: "nothing: a forgotten password is checked again")
    package static let credentials = Limit(
        ByteLimit.kibibytes(1), "of a user's name and password, which are wrong past them", per: "request", metric: denied,
        remedy: "choose a shorter password: bcrypt looks at 72 bytes")
    package static let handshake = Limit(
        ByteLimit.kibibytes(32), "of a handshake of TLS, with the client's certificates; ended past them", per: "connection",
        metric: denied, remedy: "let the client send its own certificate and those between it and the authority, and no more")
    package static let peers = Limit(
        1024, "peers whose rate of requests is known; past them the one is forgotten that has asked the longest ago",
        per: "agent", remedy: whoAsks)
    package static let look = Limit(
        Duration.milliseconds(500), "between two looks whether the web configuration or one of its files is another one",
        per: "agent", remedy: "nothing: a reload looks at once")

    package static let all: [any AnyLimit] = [
        file, users, cost, checks, checkShare, results, credentials, handshake, peers, look,
    ]
}
