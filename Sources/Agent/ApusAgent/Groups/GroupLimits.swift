import AgentMetrics
package import ApusLimits
import ApusMetrics

/// What groups of processes may take of the agent.
package enum GroupLimits: LimitCatalog {
    package static let title = "Groups of processes"

    package static let processes = Limit(
        8192,
        "processes of all groups, and a quarter of the descriptors that the agent may have; those past them are not watched",
        per: "agent",
        metric: Agent.unwatchedProcesses.family.name, remedy: "match fewer, or raise LimitNOFILE= in the agent's unit")
    package static let groups = Limit(
        1024, "groups; processes of those past them are not watched", per: "agent",
        metric: Agent.unwatchedProcesses.family.name,
        remedy: "have fewer captures in names")

    package static let all: [any AnyLimit] = [processes, groups]
}
