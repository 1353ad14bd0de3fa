import AgentMetrics
import ApusMetrics
import ApusPromQL
import ApusText
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
        fleet.probes.isEmpty ? [] : probeDown + [probeUnasked] + probeAbsent + probedFileOld
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

    // MARK: - No answer

    /// What names series of probes: their kind and their service, as two probes of a service may be asked at different times.
    private struct Subject: Hashable {
        let kind: ProbeKind
        let service: String
    }

    /// The subjects of the fleet's probes by the time that an alert waits for them where that is longer than for all others, the shortest
    /// time first.
    private var slow: [(hold: Duration, subjects: [Subject])] {
        var holds: [Subject: Duration] = [:]
        for probe in fleet.probes {
            for identity in probe.identities(in: fleet) {
                let subject = Subject(kind: probe.target.kind, service: identity.service)
                holds[subject] = max(holds[subject] ?? .zero, Self.hold(of: probe))
            }
        }
        return Dictionary(grouping: holds.filter { $0.value > fleet.alerting.hold }.keys) { holds[$0] ?? .zero }
            .sorted { $0.key < $1.key }
            .map {
                (hold: $0.key, subjects: $0.value.sorted { ($0.kind.rawValue, $0.service) < ($1.kind.rawValue, $1.service) })
            }
    }

    /// The time within which a probe that has failed once is asked twice more, in whole minutes.
    private static func hold(of probe: FleetProbe) -> Duration {
        .seconds(60) * Int(((probe.interval * 2 + probe.timeout) / .seconds(60)).rounded(.up))
    }

    /// The states of some subjects, an arm a kind.
    private static func states(of subjects: [Subject]) -> InstantVector<Key>? {
        let arms = ProbeKind.allCases.compactMap { kind -> InstantVector<Key>? in
            let services = subjects.filter { $0.kind == kind }.map(\.service)
            guard !services.isEmpty else { return nil }
            return matching(Probe.up.series.matching(.label(.probe), kind.rawValue), services).value
        }
        return arms.first.map { first in arms.dropFirst().reduce(first) { $0.or($1) } }
    }

    /// The alert of most probes, and one for each time that is longer: no probe pages for a single attempt.
    private var probeDown: [Alert] {
        let slow = slow
        let isLate = Probe.overdue.series.value == 1
        let usual = (Probe.up.series.value == 0).unless(isLate)
        let others = Self.states(of: slow.flatMap(\.subjects))
        func series(_ kind: ProbeKind, _ service: String, _ instance: String, up: InputCourse, late: Double = 0) -> [AlertInput]
        {
            let labels: KeyValuePairs<Key, String> = [
                .service: service, .instance: instance, .label(.probe): kind.rawValue,
            ]
            return [AlertInput(Probe.up, labels, up), AlertInput(Probe.overdue, labels, .constant(late))]
        }
        let failing = InputCourse.level(quiet: 1, bad: 0)
        let first = probeDown(
            when: others.map { usual.unless($0) } ?? usual, hold: nil,
            inputs: series(.tcp, "service", "one", up: failing)
                // Whether that one answers is not known, which is another alert's.
                + series(.tcp, "service", "two", up: .constant(0), late: 1))
        return [first]
            + slow.compactMap { hold, subjects in
                Self.states(of: subjects).map { states in
                    probeDown(
                        when: (states == 0).unless(isLate), hold: hold,
                        inputs: subjects.flatMap {
                            series($0.kind, $0.service, "one", up: failing)
                                + series($0.kind, $0.service, "two", up: .constant(0), late: 1)
                        })
                }
            }
    }

    private func probeDown(when condition: InstantVector<Key>, hold: Duration?, inputs: [AlertInput]) -> Alert {
        Alert(
            .probeDown, when: condition, for: hold, keepFiring: fleet.keepFiring, severity: .critical,
            labels: hold.map { ["after": DurationText.string($0)] } ?? [:],
            summary: "What an agent probes does not answer.",
            description:
                "\(.instance) of \(.service) does not answer its \(.label(.probe)) probe in time, or not as it should.",
            runbook: Runbook(
                meaning: "The last attempts of the probe had no answer, or one that says that something is wrong.",
                impact: "Who needs the server, the service, the socket or the file most likely fails as well.",
                queries: sharedQueries(),
                actions: [
                    "Read why, whenever it went down: the probes on the agent's page `http://AGENT/`, `apus top` (Enter on its row), or `curl -s http://AGENT/api/v1/instances`: `lastFailure` below `probes`. The log has it once, when it went down.",
                    "`connection`, `timeout` and `resolve`: look whether the server runs and what it waits for, and whether the name server knows its name.",
                    "`tls`: renew the certificate, or name its authority. `authentication`: look at the user, and at the password, whose file or credential /etc/apus/agent.yaml names.",
                    "`status`, `content` and `limit`: something answers, and not as it should: look at its log, and whether it is the server that is meant.",
                    "`file`: a file, a socket or a library is not there, or the agent's user may not read it.",
                    "`agent`: the agent itself could not ask: look at its descriptors and its memory.",
                ]), inputs: inputs)
    }

    // MARK: - Who asks

    /// Services by an age at which something is wrong with what is probed of them, in seconds, the least age first.
    private static func grouped(_ ages: [String: Duration]) -> [(age: Double, services: [String])] {
        Dictionary(grouping: ages.keys) { ages[$0] ?? .zero }.sorted { $0.key < $1.key }
            .map { (age: $0.key / .seconds(1), services: $0.value.sorted()) }
    }

    /// Says of the agent that it does not ask; that it serves the probe as down is no word about what is probed.
    private var probeUnasked: Alert {
        Alert(
            .probeUnasked, when: Probe.overdue.series.value == 1, keepFiring: fleet.keepFiring, severity: .critical,
            summary: "An agent has ceased to ask what it probes.",
            description:
                "The agent does not ask the \(.label(.probe)) probe of \(.instance) of \(.service) at its turns any more.",
            runbook: Runbook(
                meaning: "The agent has let two turns of the probe pass without an attempt, and serves it as down.",
                impact: "Whether what is probed is well is unknown, and no other alert about it can fire.",
                queries: sharedQueries(),
                actions: [
                    "Look what the agent waits for: `curl -s http://AGENT/health`, `journalctl -u apus-agent -n 50`.",
                    "Look whether the host lacks CPU, and whether the agent is stopped: `systemctl status apus-agent`.",
                    "Start it again: `systemctl restart apus-agent`; it keeps what it knows.",
                ]),
            inputs: [
                AlertInput(
                    Probe.overdue, [.service: "service", .instance: "one", .label(.probe): "tcp"], .level(quiet: 0, bad: 1))
            ])
    }

    /// One arm a service and kind, as a probe that nobody asks has no series that could say so.
    private var probeAbsent: [Alert] {
        var seen: Set<Subject> = []
        // What others start is asked on hosts alone, and not where containers run.
        let subjects = fleet.probes.filter { !fleet.isOfOthers($0) }.flatMap { probe in
            probe.identities(in: fleet).map { Subject(kind: probe.target.kind, service: $0.service) }
        }.filter { seen.insert($0).inserted }
        let arms = subjects.map {
            Probe.up.series.matching(.service, $0.service).matching(.label(.probe), $0.kind.rawValue).absent
        }
        guard let first = arms.first else { return [] }
        return [
            Alert(
                .probeAbsent, when: arms.dropFirst().reduce(first) { $0.or($1) }, severity: .high,
                summary: "Nothing is heard of a probe.",
                description: "No agent serves anything about the \(.label(.probe)) probe of \(.service).",
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
                inputs: subjects.map {
                    AlertInput(
                        Probe.up, [.service: $0.service, .instance: "one", .label(.probe): $0.kind.rawValue],
                        .level(quiet: 1, bad: nil))
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
