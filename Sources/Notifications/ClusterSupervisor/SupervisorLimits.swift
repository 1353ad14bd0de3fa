package import ApusLimits

/// What the supervisor grants its children.
package enum SupervisorLimits: LimitCatalog {
    package static let title = "Children of apus up"

    package static let log = Limit(
        ByteLimit.mebibytes(16), "bytes of a child's log, past which it moves to NAME.log.1", per: "child",
        remedy: "nothing: two such files a child are kept; copy them away to keep more")
    package static let crashes = Limit(
        8, "crashes within five minutes, after which a child is tried again slowly", per: "child",
        remedy: "read the last lines of its log, which hold the trace of a crash")
    package static let parkedRetry = Limit(
        Duration.seconds(60), "pause before a child that crashed too often is started again", per: "child",
        remedy: "mend what its log says; it comes back by itself")
    package static let silence = Limit(
        Duration.seconds(30), "time that a child may be hung before it is ended and started again", per: "child",
        remedy: "see its log and the agent's /health for what it waited for")
    package static let release = Limit(
        Duration.seconds(60), "time in which the leases of a dead worker are tried to be given back", per: "worker",
        remedy: "see why the database takes no writes; the leases end by themselves otherwise")

    package static let all: [any AnyLimit] = [log, crashes, parkedRetry, silence, release]
}
