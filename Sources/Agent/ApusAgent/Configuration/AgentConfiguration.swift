package import AgentMetrics
package import ApusJournal
import ApusLimits
import ApusMetrics
package import ApusText

/// How an agent is to run.
package struct AgentConfiguration: Sendable {
    /// Where the HTTP endpoint listens; port 0 takes a free one.
    package var listen = [ListenPlace(ListenAddress(host: "127.0.0.1", port: 9480))]
    /// The Unix socket on which services report; at most 107 bytes.
    package var socketPath = "/run/apus/agent.sock"
    /// Where reports over HTTP are taken.
    package var reportListen: [ListenPlace] = []
    /// Time between turns of the sampling loop.
    package var interval: Duration = .seconds(15)
    /// Instances that are served as down when they do not report.
    package var expected: [InstanceIdentity] = []
    /// Who may report under the names of expected instances; under others, who does first.
    package var holders: [InstanceIdentity: InstanceHolder] = [:]
    /// A file of more of them (``ExpectedInstances``), read again at each reload.
    package var expectFile: String?
    /// A file of groups of processes that are watched (``WatchFile``).
    package var watchFile: String?
    /// What is run to ask file systems that may not answer (``PathBook/ownProgram``); `nil`: none of them is asked.
    package var pathProgram: String?
    /// The web configuration, by which clients over HTTP are known (``WebConfiguration``).
    package var webConfiguration: String?
    /// Whether health is said to clients that give no password.
    package var opensHealth = false
    /// The time in each interval that reading the proportional memory of groups' processes may take; nothing: it is not read.
    package var proportionalBudget: Duration = .zero
    /// The time in each interval that finding out whose the machine's sockets are may take; nothing: they are not read.
    package var socketBudget: Duration = .zero
    /// How long an instance that has ended, and is not expected, is served as down with its last counts.
    package var retention: Duration = .seconds(300)
    /// How long a process that lives may give no sign of life, or an executor of it run nothing, before it counts as hung. Signs
    /// come every second, so less than three seconds would raise alarms that mean nothing.
    package var hungAfter: Duration = .seconds(5)
    /// Series of one instance past this number are not served.
    package var seriesLimit = SeriesLimits.series.value
    /// Samples of one exposition; of what is reported, what is past them is left out, from those who report most.
    package var sampleLimit = SeriesLimits.samples.value
    /// Groups of processes at most; one of control groups counts twice.
    package var groupLimit = GroupLimits.groups.value
    /// Memory in bytes for what is reported.
    package var seriesMemory = SeriesLimits.memory.value.bytes
    /// Instances past this number are refused.
    package var instanceLimit = ReportLimits.instances.value
    /// How long a process reports before the service manager is asked to keep its segment.
    package var storedAge = DescriptorStoreLimits.age.value
    /// Whether OpenMetrics 1.0 has a `_created` series for each that counts.
    package var createdSeries = false
    /// When responses are compressed for clients that take that.
    package var compression = CompressionPolicy.remote
    /// HTTP connections at a time, and those of one peer.
    package var connectionLimit = EndpointLimits.connections.value
    package var connectionShare = EndpointLimits.share.value
    /// Names under which the endpoint answers, besides those that it knows (``OwnNames``).
    package var allowedHosts: [AllowedHost] = []
    /// Who is given the texts of the journal's last errors.
    package var journalMessages = JournalMessagePolicy.readers

    /// What is read of the instances and of the host.
    package var sources = SourceChoice.all
    /// What is followed of the journal; `nil`: nothing.
    package var journal: JournalFollowerConfiguration?
    /// Units of systemd that are watched; `nil`: none.
    package var units: UnitWatchConfiguration?

    package init() {}

    /// The one instance that the agent stands beside: the only one that its options name. A file of them is a whole host's.
    var companion: InstanceIdentity? { expected.count == 1 && expectFile == nil ? expected.first : nil }

    /// The names of what patterns of the journal count.
    var patternNames: Set<String> { Set((journal?.patterns ?? []).flatMap(\.family.claimedNames)) }
}
