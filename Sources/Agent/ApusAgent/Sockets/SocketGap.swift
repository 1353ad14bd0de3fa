import AgentMetrics
import ApusLimits

extension SocketGap {
    /// What the log says of the first process that it is true of, with the remedy.
    var line: String {
        switch self {
        case .descriptors:
            "the sockets of a process are not looked for: it has more descriptors than \(SamplingLimits.socketDescriptors.value); "
                + "match it by unit or cgroup alone, which says what was made there"
        case .budget:
            "the sockets of a process are never read: it alone takes more than there is of --socket-budget; give more, or match it by "
                + "unit or cgroup alone"
        case .held:
            "the sockets of a process are left out: all together are more than \(SamplingLimits.heldSockets.value), and it has most; "
                + "watch fewer of the processes that share many sockets"
        case .namespace:
            "the sockets of a process in another network namespace are not known: its list is too long for half of --socket-budget, or "
                + "there are more namespaces than \(SamplingLimits.namespaces.value), or it could not be read for long, which the log says "
                + "besides; give more, or run an agent in that namespace"
        case .controlGroups:
            "the sockets of a process are not known: its descriptors are not read, and there are more control groups below its own than "
                + "are looked for, 256 or what a quarter of --socket-budget allows; give more, or match by cgroup those below"
        }
    }
}
