import AgentMetrics
package import ApusLimits
import ApusMetrics

/// What reported series may cost: in memory, which the agent's own `MemoryMax=` bounds, and in samples, of which Prometheus takes so
/// many a scrape.
package enum SeriesLimits: LimitCatalog {
    package static let title = "Reported series"

    private static let clipped = ServiceState.clippedSeries.name

    package static let series = Limit(
        100_000, "series", per: "instance", option: "--series-limit", metric: clipped,
        remedy: "find the label with many values and bound them; raise the limit only where they are bounded")
    package static let samples = Limit(
        AgentLimits.samples, "samples of one exposition, the agent's own included", per: "agent", option: "--sample-limit",
        metric: clipped, remedy: "bound the labels of the instance that the log names, or raise this together with sample_limit"
    )
    package static let memory = Limit(
        ByteLimit.mebibytes(96), "memory for series", per: "agent", option: "--series-memory", metric: clipped,
        remedy: "bound the labels of the instance that the log names, or raise this together with MemoryMax=")
    package static let ownerMemory = Limit(
        ByteLimit.mebibytes(48), "memory for series", per: "uid", metric: clipped,
        remedy: "half of --series-memory: bound the labels, or run services as users of their own")
    package static let instanceMemory = Limit(
        ByteLimit.mebibytes(24), "memory for series", per: "instance", metric: clipped,
        remedy: "a quarter of --series-memory: bound the labels of the instance")
    package static let smallInstance = Limit(
        ByteLimit.kibibytes(256), "memory of an instance that may use the last third of its uid's and of the agent's",
        per: "instance", remedy: "nothing: this third is kept for those who need little")
    package static let endedMemory = Limit(
        ByteLimit.mebibytes(4),
        "memory for series of processes that have ended and that nobody expects back; who has the most is forgotten",
        per: "uid", metric: Agent.forgottenInstances.family.name,
        remedy: "expect instances whose last counts are to stay for all of --retention, or bound their labels")
    package static let endedGrace = Limit(
        Duration.seconds(30), "in which all of what has ended is served", per: "instance",
        remedy: "nothing: a scrape of each 15 s takes the last counts in this time")
    package static let refusedFamilies = Limit(
        10, "refused families that are named", per: "instance", metric: ReportedFamilies.refused.name,
        remedy: "rename the family in one of the services")

    package static let rehearsal = Limit(
        Duration.milliseconds(250), "trying what the service manager has kept of an instance, before the agent is ready",
        per: "instance", remedy: "nothing: the rest is taken in within seconds")
    package static let rehearsalOfAll = Limit(
        Duration.seconds(5), "trying what the service manager has kept of all instances, before the agent is ready",
        per: "agent", remedy: "nothing: the rest is taken in within seconds")
    package static let rehearsedSamples = Limit(
        AgentLimits.samples, "samples that are written to try what the service manager has kept of an instance",
        per: "instance", remedy: "nothing: no exposition has more")
    package static let probation = Limit(
        Duration.seconds(60),
        "without a scrape, after which what the service manager has kept counts as harmless; an agent that dies before is careful at "
            + "its next start, and lets all of it go when it dies again", per: "agent", metric: Agent.refusals.family.name,
        remedy: "look in the log for what is let go, and why the agent died: `coredumpctl`, `journalctl -u apus-agent`")

    package static let all: [any AnyLimit] = [
        series, samples, memory, ownerMemory, instanceMemory, smallInstance, endedMemory, endedGrace, refusedFamilies,
        rehearsal, rehearsalOfAll, rehearsedSamples, probation,
    ]
}
