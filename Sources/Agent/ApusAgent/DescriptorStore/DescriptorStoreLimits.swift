import AgentMetrics
package import ApusLimits
import ApusMetrics

/// What the agent asks of the service manager, which has every other service of the machine to look after.
package enum DescriptorStoreLimits: LimitCatalog {
    package static let title = "Reports that systemd keeps"
    private static let waiting = Agent.storeWaiting.family.name

    package static let age = Limit(
        Duration.seconds(3), "time that a process reports before systemd is asked to keep its segment", per: "instance",
        remedy: "nothing: a process that ends sooner has its counts served until the agent is restarted")
    package static let rate = Limit(
        50, "messages to systemd in a second about what it keeps", per: "agent; users take turns", metric: waiting,
        remedy: "look at what the uid that the log names restarts again and again")
    package static let stop = Limit(
        Duration.milliseconds(500), "time in which a stop hands over what systemd does not keep yet", per: "agent",
        metric: waiting,
        remedy: "look why systemd reads nothing: `systemctl list-jobs`, a `daemon-reload` under way")
    package static let takingBack = Limit(
        Duration.seconds(2), "time that a start waits for systemd while it takes segments back", per: "agent",
        remedy: "look why systemd reads nothing: `systemctl list-jobs`, a `daemon-reload` under way")

    package static let all: [any AnyLimit] = [age, rate, stop, takingBack]
}
