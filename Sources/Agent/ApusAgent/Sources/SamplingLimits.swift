import AgentMetrics
package import ApusLimits
import ApusMetrics

/// What looking at one process may cost.
package enum SamplingLimits: LimitCatalog {
    package static let title = "Looks at processes"

    package static let descriptors = Limit(
        32_768, "open descriptors that are counted one by one, where the kernel does not say how many there are",
        per: "instance",
        remedy: "nothing: the process has at least so many; Linux 6.2 and later says the number, on the machine itself")

    package static let proportionalMemory = Limit(
        ByteLimit.mebibytes(4096), "of resident memory of a process whose proportional memory is read", per: "process",
        remedy: "take the memory of its control group: the process cannot map memory while the kernel looks at every page")

    package static let socketDescriptors = Limit(
        16_384, "open descriptors of a process whose sockets are looked for", per: "process",
        metric: Agent.unreadSockets.family.name,
        remedy:
            "take the sockets of its control group, which are known without its descriptors: match it by unit or cgroup alone")
    package static let heldSockets = Limit(
        262_144, "sockets of all processes of groups; those who have most are left out, and their groups are without",
        per: "agent", metric: Agent.unreadSockets.family.name,
        remedy: "watch fewer of the processes that share many sockets")
    package static let listedSockets = Limit(
        65_536, "sockets of the agent's network namespace; with more of them no sockets are served", per: "namespace",
        remedy: "leave --socket-budget away: every list would take longer than a tenth of a second")
    package static let namespaceList = Limit(
        ByteLimit.mebibytes(4),
        "of a list of sockets of another network namespace, some 150 a socket, and what half of --socket-budget allows",
        per: "list",
        metric: Agent.unreadSockets.family.name,
        remedy: "give more --socket-budget, or run an agent in that namespace")
    package static let namespaces = Limit(
        64, "network namespaces whose sockets are listed", per: "agent", metric: Agent.unreadSockets.family.name,
        remedy: "watch fewer containers, or run an agent in some of them")

    package static let all: [any AnyLimit] = [
        descriptors, proportionalMemory, socketDescriptors, heldSockets, listedSockets, namespaceList, namespaces,
    ]
}
