import AgentMetrics
import ApusMetrics
import ApusPromQL
public import ApusTopology

extension AlertName {
    /// What an agent probes does not answer.
    public static let probeDown = ofSomeFleets("ProbeDown")
    static let probeUnasked = ofSomeFleets("ProbeUnasked")
    static let probeAbsent = ofSomeFleets("ProbeAbsent")
    static let probedFileOld = ofSomeFleets("ProbedFileOld")
}

/// What the agent of a host asks from outside, and whether it asks.
struct ProbeAlerts {
    let fleet: Fleet

    var all: [Alert] {
        fleet.probes.isEmpty ? [] : [probeDown] + probeUnasked + probeAbsent + probedFileOld
    }

    private typealias Key = SeriesKey<ProbeLabels.Key>

    /// Some services by their names, in an expression where there are several.
    private static func matching<Metric: MetricDeclaration>(_ series: Series<Metric>, _ services: [String]) -> Series<Metric> {
        // Names need no escape in a regular expression: letters, digits and hyphens.
        services.count == 1
            ? series.matching(.service, services.joined())
            : series.matching(.service, .matches, services.joined(separator: "|"))
    }

    private func sharedQueries() -> [Runbook.Query] {
        [
            .init("Attempts without an answer, by reason", Probe.failures.series.rate(over: fleet.rateWindow)),
            .init("Time of the last attempt", Probe.duration.series.value),
            .init("Time since the last answer", Probe.age.series.value),
        ]
    }

    private var probeDown: Alert {
        Alert(
            .probeDown, when: Probe.up.series.value == 0, keepFiring: fleet.keepFiring, severity: .critical,
            summary: "What an agent probes does not answer.",
            description:
                "\(.instance) of \(.service) does not answer its \(.label(.probe)) probe in time, or not as it should.",
            runbook: Runbook(
                meaning: "The last attempt of the probe had no answer, or one that says that something is wrong.",
                impact: "Who needs the server, the service, the socket or the file most likely fails as well.",
                queries: sharedQueries(),
                actions: [
                    "Read why: `journalctl -u apus-agent -n 50` says what was asked and what is wrong with the answer.",
                    "`connection` and `timeout`: look whether the server runs, and what it waits for.",
                    "`authentication` and `file`: look at the password, whose file /etc/apus/agent.yaml names.",
                    "`agent`: the agent itself could not ask: look at its descriptors and its memory.",
                ]))
    }

    // MARK: - Who asks

    /// Services by an age at which something is wrong with what is probed of them, in seconds, the least age first.
    private static func grouped(_ ages: [String: Duration]) -> [(age: Double, services: [String])] {
        Dictionary(grouping: ages.keys) { ages[$0] ?? .zero }.sorted { $0.key < $1.key }
            .map { (age: $0.key / .seconds(1), services: $0.value.sorted()) }
    }

    /// The ages at which an answer is surely not followed by another.
    private var silences: [(age: Double, services: [String])] {
        var ages: [String: Duration] = [:]
        for probe in fleet.probes {
            for identity in probe.identities(in: fleet) {
                ages[identity.service] = max(ages[identity.service] ?? .zero, probe.interval * 3 + probe.timeout)
            }
        }
        return Self.grouped(ages)
    }

    /// An attempt that fails is down; one that does not come at all leaves what the one before it said.
    private var probeUnasked: [Alert] {
        let silences = silences
        let arms = silences.map { Self.matching(Probe.age.series, $0.services).value > $0.age }
        guard let first = arms.first, let oldest = silences.last?.age else { return [] }
        func probe(_ service: String, _ instance: String, age: InputCourse, up: Double) -> [AlertInput] {
            let labels: KeyValuePairs<Key, String> = [.service: service, .instance: instance, .label(.probe): "tcp"]
            return [AlertInput(Probe.age, labels, age), AlertInput(Probe.up, labels, .constant(up))]
        }
        return [
            Alert(
                .probeUnasked,
                when: arms.dropFirst().reduce(first) { $0.or($1) }.and(Probe.up.series.value == 1), severity: .high,
                summary: "An agent has ceased to ask what it probes.",
                description: """
                    The last answer of \(.instance) of \(.service) to its \(.label(.probe)) probe is \(value: .duration) old, and the \
                    agent has not asked again.
                    """,
                runbook: Runbook(
                    meaning: "The agent asked with success, and has let more than three intervals pass since.",
                    impact: "Whether the server is well is unknown, and its figures are those of then.",
                    queries: sharedQueries(),
                    actions: [
                        "Look what the agent waits for: `curl -s http://AGENT/health`, `journalctl -u apus-agent -n 50`.",
                        "Look whether the host was suspended, or lacks CPU.",
                        "Start it again: `systemctl restart apus-agent`; it keeps what it knows.",
                    ]),
                inputs: silences.flatMap { silence in
                    silence.services.flatMap {
                        probe($0, "one", age: .level(quiet: silence.age, bad: silence.age * 1.0006), up: 1)
                            // That is down, which is another alert's.
                            + probe($0, "two", age: .constant(silence.age * 2), up: 0)
                    }
                }
                    // Nobody knows how often another one is asked.
                    + probe("another", "one", age: .constant(oldest * 2), up: 1))
        ]
    }

    /// One arm a service, as a probe that nobody asks has no series that could say so.
    private var probeAbsent: [Alert] {
        var seen: Set<String> = []
        // What others start is asked on hosts alone, and not where containers run.
        let services = fleet.probes.filter { !fleet.isOfOthers($0) }.flatMap { $0.identities(in: fleet) }.map(\.service)
            .filter { seen.insert($0).inserted }
        let arms = services.map { Probe.up.series.matching(.service, $0).absent }
        guard let first = arms.first else { return [] }
        return [
            Alert(
                .probeAbsent, when: arms.dropFirst().reduce(first) { $0.or($1) }, severity: .high,
                summary: "Nothing is heard of a probe.",
                description: "No agent serves anything about a probe of \(.service).",
                runbook: Runbook(
                    meaning:
                        "Prometheus has no series of the probe: no agent is told to ask, or the one that is cannot be scraped.",
                    impact: "Whether what is probed is well is unknown, and no other alert about it can fire.",
                    queries: [.init("All probes that are asked, 1 for those that answer", Probe.up.series.value)],
                    actions: [
                        "Look whether the agent's file names it: `grep -A 4 probes: /etc/apus/agent.yaml`.",
                        "Have the agent read its file: `systemctl reload apus-agent`; `journalctl -u apus-agent -n 20` says what it refuses.",
                        "Look on the host whether the agent runs: `systemctl status 'apus-agent*'`.",
                    ]),
                inputs: services.map {
                    AlertInput(
                        Probe.up, [.service: $0, .instance: "one", .label(.probe): "tcp"], .level(quiet: 1, bad: nil))
                })
        ]
    }

    // MARK: - Files

    /// One arm an age; a probe that finds no file at all is down, and has no age.
    private var probedFileOld: [Alert] {
        var limits: [String: Duration] = [:]
        for probe in fleet.probes {
            if case .file(let name, _, let age) = probe.target { limits[name] = age }
        }
        let groups = Self.grouped(limits)
        let arms = groups.map { Self.matching(ProbedFiles.age.series, $0.services).value > $0.age }
        guard let first = arms.first, let oldest = groups.last?.age else { return [] }
        func file(_ service: String, _ course: InputCourse) -> AlertInput {
            AlertInput(ProbedFiles.age, [.service: service, .instance: "one"], course)
        }
        return [
            Alert(
                .probedFileOld, when: arms.dropFirst().reduce(first) { $0.or($1) }, severity: .high,
                summary: "A file that is written regularly is old.",
                description: "The newest file that the probe of \(.service) finds was written \(value: .duration) ago.",
                runbook: Runbook(
                    meaning: "No file of the probe is as new as its `olderThan:` demands.",
                    impact: "What writes it has not done its work: a backup is missing, or a job did not run to its end.",
                    queries: [
                        .init("Size of the newest file", ProbedFiles.size.series.value),
                        .init("Files that are there", ProbedFiles.count.series.value),
                    ],
                    actions: [
                        "Look at the files: `ls -lt FOLDER | head`; the path is in /etc/apus/agent.yaml.",
                        "Look at what writes them: `systemctl list-timers --all`, `journalctl -u UNIT -n 50`.",
                        "Do its work by hand, and see that a new file comes.",
                    ]),
                inputs: groups.flatMap { group in
                    group.services.map { file($0, .level(quiet: group.age, bad: group.age * 1.0006)) }
                }
                    // Nobody has said how old another one may be.
                    + [file("another", .constant(oldest * 2))])
        ]
    }
}

extension Fleet {
    /// Whether a probe asks a service whose processes something else starts.
    fileprivate func isOfOthers(_ probe: FleetProbe) -> Bool {
        guard case .health(let name) = probe.target else { return false }
        return services.contains { $0.name == name && !$0.isStarted }
    }
}
