import AgentMetrics
import ApusMetrics
package import ApusLimits

/// The bounds of probes that ask in a process of their own, so that a server or a file can make that process large or slow and no other.
package enum ChildLimits: LimitCatalog {
    package static let title = "Probes in a process of their own (postgresql, pgbouncer, sql, file)"

    private static let failures = Probe.failures.family.name

    package static let probes = Limit(
        ProbeBounds.processes, "probes of these kinds in the file", per: "file",
        remedy: "ask several figures by one probe of sql, or run a second agent")
    package static let memory = Limit(
        ByteLimit.mebibytes(48), "of memory that such a process may take beyond what it begins with", per: "probe",
        metric: failures, remedy: "see what the server sends; the process ends, and another one is asked next time")
    package static let answer = Limit(
        ByteLimit.kibibytes(256), "of what one attempt finds out", per: "probe", metric: failures,
        remedy: "select fewer rows, or shorter labels")
    package static let question = Limit(
        ByteLimit.kibibytes(256), "of all that is asked at one attempt", per: "probe",
        remedy: "write a second probe for some of the gauges")
    package static let rows = Limit(
        1000, "rows of one query of sql", per: "gauge", metric: failures, remedy: "count in the query, by fewer labels")
    package static let gauges = Limit(
        ProbeBounds.gauges, "gauges of one probe of sql", per: "probe", remedy: "write a second probe for some of them")
    package static let query = Limit(
        ByteLimit(bytes: ProbeBounds.queryBytes), "of a query of sql", per: "gauge",
        remedy: "make it a view, and select from that")
    package static let label = Limit(
        ByteLimit.kibibytes(1), "of a label's value from a database", per: "gauge", metric: failures,
        remedy: "select a shorter text")
    package static let labels = Limit(
        ProbeBounds.labels, "columns of a query of sql besides the value", per: "gauge", metric: failures,
        remedy: "select fewer columns")
    package static let applications = Limit(
        50, "applications by which a server's connections are counted; those with the fewest are “other” together",
        per: "probe", remedy: "set application_name of a service to one name, not one for each process")
    package static let databases = Limit(
        200, "databases whose size is served, the first by name", per: "probe", remedy: "ask the others by a probe of sql")
    package static let slots = Limit(
        50, "replication slots that are served, those that hold back the most log first", per: "probe",
        remedy: "ask the others by a probe of sql")
    package static let statistics = Limit(
        50, "databases whose counters and ages are served, the first by name", per: "probe",
        remedy: "ask the others by a probe of sql")
    package static let connectionAge = Limit(
        Duration.seconds(300), "that a connection is kept at most; each between four fifths of it and all", per: "probe",
        remedy: "nothing: what the connection does not show, such as a new password, is seen after this time")
    package static let replicas = Limit(
        100, "connections of replicas that are served", per: "probe", remedy: "ask the others by a probe of sql")
    package static let pools = Limit(
        200, "pools of a PgBouncer that are served, those with the most clients first", per: "probe",
        remedy: "see SHOW POOLS for the others")
    package static let entries = Limit(
        10_000, "entries of a folder that a pattern of file looks at", per: "probe", metric: failures,
        remedy: "keep the files in a folder of their own, or remove old ones")

    package static let all: [any AnyLimit] = [
        probes, memory, answer, question, rows, gauges, query, label, labels, applications, databases, slots, statistics,
        connectionAge, replicas, pools, entries,
    ]
}
