import AgentMetrics
package import ApusLimits
import ApusMetrics

/// What those who report may ask of the agent.
package enum ReportLimits: LimitCatalog {
    package static let title = "Reports"
    private static let metric = Agent.refusals.family.name

    package static let instances = Limit(
        AgentLimits.instances, "instances that nobody expects",
        per: "agent; the user with the most gives way, and keeps an eighth of them while they live", metric: metric,
        remedy:
            "name the instances in --expect-file: they have their place always; look in the log for who reports under many names"
    )
    package static let connections = Limit(
        4096, "report connections", per: "agent; the user with the most gives way", metric: metric,
        remedy: "run one agent per service or per group of them")
    package static let userConnections = Limit(
        1024, "report connections of one user", per: "uid", metric: metric,
        remedy: "look in the log for the uid; run its processes as several users, or beside an agent of their own")
    package static let processConnections = Limit(
        64, "report connections of one process", per: "pid", metric: metric,
        remedy: "have the process report once, under one name")
    package static let hello = Limit(
        Duration.seconds(5), "time to the first message of a report connection", per: "connection", metric: metric,
        remedy: "look why the service that the log names does not run: it connects, and sends nothing")
    package static let message = Limit(
        ByteLimit.kibibytes(4), "bytes of a message on the report socket", per: "connection", metric: metric,
        remedy: "give the service and the instance shorter names")
    package static let turn = Limit(
        64, "connections that are accepted in one turn", per: "turn of the report socket", metric: nil,
        remedy: "nothing: those that have waited longest are served in between")
    package static let reserve = Limit(
        320, "descriptors that reports leave free", per: "agent", metric: metric,
        remedy: "raise LimitNOFILE= in the agent's unit, or the container's limit of open files")
    package static let pause = Limit(
        Duration.milliseconds(200), "pause of the report socket when no descriptor is left", per: "agent", metric: metric,
        remedy: "raise LimitNOFILE= in the agent's unit, or the container's limit of open files")
    package static let pendingCloses = Limit(
        128, "descriptors that one user has sent and that wait to be closed; past them, nothing more of that user is read",
        per: "uid",
        metric: metric, remedy: "look at what the uid that the log names runs: what it sends closes slowly")
    package static let closers = Limit(
        8, "threads that close what others have sent, one a user", per: "agent", metric: nil,
        remedy: "nothing: what closes slowly makes the same user wait; look at what the uid runs")
    package static let lines = Limit(
        20, "lines of log at once on reports of one user, then one a minute", per: "uid", metric: nil,
        remedy: "the last line says how many were left out; look at what the uid runs")
    package static let servingLines = Limit(
        50, "lines of log at once on what is not served of one user's instances, then one a minute", per: "uid", metric: nil,
        remedy: "the last line says how many were left out; look at what the uid runs")
    package static let lifeLines = Limit(
        200, "lines of log at once on beginnings and ends of one user's instances, then one a second", per: "uid", metric: nil,
        remedy: "the last line says how many were left out; look at what the uid restarts")

    package static let all: [any AnyLimit] = [
        instances, connections, userConnections, processConnections, hello, message, turn, reserve, pause, pendingCloses,
        closers, lines,
        servingLines, lifeLines,
    ]
}
