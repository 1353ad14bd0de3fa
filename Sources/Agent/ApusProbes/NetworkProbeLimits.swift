import ApusMetrics
import AgentMetrics
package import ApusLimits

/// What servers may take that are asked over the network.
package enum NetworkProbeLimits: LimitCatalog {
    package static let title = "Probes over the network"

    private static let failures = Probe.failures.family.name
    private static let which = "look whether it is the server that is meant"

    package static let tlsFile = Limit(
        ByteLimit.mebibytes(1), "a file of certificates or of a key", per: "probe", metric: failures,
        remedy: "name only the authorities that are needed")
    package static let handshake = Limit(
        ByteLimit.kibibytes(128), "what a server sends whose certificates are looked at", per: "probe", remedy: which)
    package static let head = Limit(
        ByteLimit.kibibytes(16), "all header fields of an answer of HTTP", per: "probe", metric: failures,
        remedy: "take cookies and tokens off what the service answers")
    package static let fields = Limit(
        100, "header fields of an answer of HTTP", per: "probe", metric: failures,
        remedy: "take off what a proxy in front of the service adds")
    package static let headers = Limit(
        32, "header fields that a probe sends besides its own", per: "probe", remedy: "leave some out")
    package static let text = Limit(
        ByteLimit(bytes: 1024), "a text that a body is to have", per: "probe", remedy: "write a part of it")
    package static let health = Limit(
        ByteLimit.kibibytes(64), "read of the body that a service answers; of a longer one `status` is not told", per: "probe",
        remedy: "have the service put less into the answer to who asks for its health")
    package static let depth = Limit(
        32, "arrays and objects within one another in an answer of JSON", per: "probe",
        remedy: which)
    package static let values = Limit(
        20_000, "values in an answer of JSON", per: "probe", remedy: "have the service put less into it")
    package static let redis = Limit(
        ByteLimit.kibibytes(256), "the answers of a Redis", per: "probe", metric: failures, remedy: which)
    package static let page = Limit(
        ByteLimit.kibibytes(256), "one answer of RabbitMQ's management", per: "probe", metric: failures, remedy: which)
    package static let exposition = Limit(
        ByteLimit.mebibytes(16), "the exposition of a RabbitMQ, which is read as it comes and not kept", per: "probe",
        metric: failures, remedy: "name one virtual host (vhost), or ask the management by pages")
    package static let line = Limit(
        ByteLimit.kibibytes(4), "a line of the exposition of a RabbitMQ, of which a longer one is passed over", per: "probe",
        remedy: "nothing: RabbitMQ lets no name have more than 255 bytes")
    package static let queues = Limit(
        500, "queues that are served of a RabbitMQ, the first by their names", per: "probe",
        remedy: "name those that matter (queues), or one virtual host (vhost)")
    package static let queuesOfPage = Limit(
        100, "queues of one answer of RabbitMQ's management", per: "probe", remedy: "nothing: the next page is asked for")
    package static let pages = Limit(
        20, "answers with queues of RabbitMQ's management", per: "probe",
        remedy: "name fewer queues, or one virtual host (vhost)")
    package static let nodes = Limit(64, "nodes of a cluster of RabbitMQ that are served", per: "probe", remedy: which)
    package static let patterns = Limit(
        32, "patterns of names of queues", per: "probe", remedy: "name several queues by one pattern")
    package static let label = Limit(
        ByteLimit(bytes: 128), "the name of a queue or of a virtual host as a label, which is cut there", per: "series",
        remedy: "nothing: queues whose names are the same until there are summed")

    package static let all: [any AnyLimit] = [
        tlsFile, handshake, head, fields, headers, text, health, depth, values, redis, page, exposition, line, queues,
        queuesOfPage,
        pages,
        nodes, patterns,
        label,
    ]
}
