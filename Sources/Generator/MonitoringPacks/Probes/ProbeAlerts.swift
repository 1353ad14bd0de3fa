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
    static let probedCertificateEnds = ofSomeFleets("ProbedCertificateEnds")
}

/// What the agent of a host asks from outside, and whether it asks.
struct ProbeAlerts {
    let fleet: Fleet
    let names: ProbeNames

    init(fleet: Fleet) {
        self.fleet = fleet
        names = ProbeNames(of: fleet)
    }

    var all: [Alert] {
        guard !fleet.probes.isEmpty else { return [] }
        let certificates = fleet.showsProbedCertificates ? [probedCertificateEnds] : []
        return probeDown + [probeUnasked] + probeAbsent + probedFileOld + certificates
    }

    private typealias Key = SeriesKey<NamedProbe.Labels.Key>

    /// The name of a probe behind the word probe, where probes of the fleet have any.
    private var name: LabelText<Key> { names.isEmpty ? "" : "\(.label(.name), after: " “", before: "”")" }

    /// Some services by their names, in an expression where there are several.
    private static func matching<Metric: MetricDeclaration>(_ series: Series<Metric>, _ services: [String]) -> Series<Metric> {
        // Names need no escape in a regular expression: letters, digits and hyphens.
        services.count == 1
            ? series.matching(.service, services.joined())
            : series.matching(.service, .matches, services.joined(separator: "|"))
    }

    private func sharedQueries() -> [Runbook.Query] {
        [
            .init("Attempts without an answer, by reason", NamedProbe.failures.series.rate(over: fleet.rateWindow)),
            .init("Time of the last attempt", NamedProbe.duration.series.value),
            .init("Time since the last answer", NamedProbe.age.series.value),
        ]
    }

    // MARK: - No answer

    /// The subjects of the fleet's probes by the time that an alert waits for them where that is longer than for all others, the shortest
    /// time first.
    private var slow: [(hold: Duration, subjects: [ProbeSubject])] {
        var holds: [ProbeSubject: Duration] = [:]
        for probe in fleet.probes {
            for subject in probe.subjects(in: fleet) {
                holds[subject] = max(holds[subject] ?? .zero, Self.hold(of: probe))
            }
        }
        return Dictionary(grouping: holds.filter { $0.value > fleet.alerting.hold }.keys) { holds[$0] ?? .zero }
            .sorted { $0.key < $1.key }
            .map { hold, subjects in
                (
                    hold: hold,
                    subjects: subjects.sorted {
                        ($0.kind.rawValue, $0.service, $0.name ?? "") < ($1.kind.rawValue, $1.service, $1.name ?? "")
                    }
                )
            }
    }

    /// The time within which a probe that has failed once is asked twice more, in whole minutes.
    private static func hold(of probe: FleetProbe) -> Duration {
        .seconds(60) * Int(((probe.interval * 2 + probe.timeout) / .seconds(60)).rounded(.up))
    }

    /// The states of some subjects, an arm a kind, and one for each name where probes of a kind have any.
    private func states(of subjects: [ProbeSubject]) -> InstantVector<Key>? {
        let arms = ProbeKind.allCases.flatMap { kind in
            names.services(of: subjects.filter { $0.kind == kind }).map { name, services in
                let series = Self.matching(NamedProbe.up.series.matching(.label(.probe), kind.rawValue), services)
                return (name.map { series.matching(.label(.name), $0.relation, $0.value) } ?? series).value
            }
        }
        return arms.first.map { first in arms.dropFirst().reduce(first) { $0.or($1) } }
    }

    /// The alert of most probes, and one for each time that is longer: no probe pages for a single attempt.
    private var probeDown: [Alert] {
        let slow = slow
        let all = slow.flatMap(\.subjects)
        let isLate = NamedProbe.overdue.series.value == 1
        let usual = (NamedProbe.up.series.value == 0).unless(isLate)
        let others = states(of: all)
        let first = probeDown(
            when: others.map { usual.unless($0) } ?? usual, hold: nil,
            inputs: Self.inputs(of: ProbeSubject(kind: .tcp, service: Self.elsewhere))
                // Not for long enough.
                + all.map { Self.failing($0) }
                + neighbours(of: all, among: all).filter { $0.kind != .tcp || $0.service != Self.elsewhere }
                .map { Self.failing($0) })
        return [first]
            + slow.compactMap { hold, subjects in
                states(of: subjects).map { states in
                    probeDown(
                        when: (states == 0).unless(isLate), hold: hold,
                        inputs: subjects.flatMap { Self.inputs(of: $0) }
                            // They are the first alert's.
                            + neighbours(of: subjects, among: all).map { Self.failing($0) })
                }
            }
    }

    /// The service and the name of a test that no fleet has, as it is no legal name.
    private static let elsewhere = "elsewhere.example"

    /// A probe that differs from another one in its name.
    private func namesake(of subject: ProbeSubject) -> ProbeSubject {
        ProbeSubject(kind: subject.kind, service: subject.service, name: Self.elsewhere)
    }

    /// A probe that fails, and one of which it is not known whether it answers, which is another alert's.
    private static func inputs(of subject: ProbeSubject) -> [AlertInput] {
        [("one", InputCourse.level(quiet: 1, bad: 0), 0.0), ("two", .constant(0), 1.0)].flatMap { instance, up, late in
            [
                AlertInput(NamedProbe.up, subject.labels(instance), up),
                AlertInput(NamedProbe.overdue, subject.labels(instance), .constant(late)),
            ]
        }
    }

    private static func failing(_ subject: ProbeSubject) -> AlertInput {
        AlertInput(NamedProbe.up, subject.labels("one"), .level(quiet: 1, bad: 0))
    }

    /// What differs from some subjects in one label alone, and is none of all that are slow.
    private func neighbours(of subjects: [ProbeSubject], among slow: [ProbeSubject]) -> [ProbeSubject] {
        let taken = Set(slow.map(\.unnamed))
        var seen: Set<ProbeSubject> = []
        return subjects.flatMap { subject -> [ProbeSubject] in
            let (service, name) = (subject.service, subject.name)
            let others = ProbeKind.allCases.map { ProbeSubject(kind: $0, service: service, name: name) }
            return (others.first { !taken.contains($0.unnamed) }.map { [$0] } ?? [])
                + [ProbeSubject(kind: subject.kind, service: Self.elsewhere, name: name)]
                + (names.matcher(of: subject) == nil ? [] : [namesake(of: subject)])
        }.filter { seen.insert($0).inserted }
    }

    private func probeDown(when condition: InstantVector<Key>, hold: Duration?, inputs: [AlertInput]) -> Alert {
        Alert(
            .probeDown, when: condition, for: hold, keepFiring: fleet.keepFiring, severity: .critical,
            labels: hold.map { ["after": DurationText.string($0)] } ?? [:],
            summary: "What an agent probes does not answer.",
            description:
                "\(.instance) of \(.service) does not answer its \(.label(.probe)) probe\(name) in time, or not as it should.",
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

    /// Says of the agent that it does not ask; that it serves the probe as down is no word about what is probed.
    private var probeUnasked: Alert {
        Alert(
            .probeUnasked, when: NamedProbe.overdue.series.value == 1, keepFiring: fleet.keepFiring, severity: .critical,
            summary: "An agent has ceased to ask what it probes.",
            description:
                "The agent does not ask the \(.label(.probe)) probe\(name) of \(.instance) of \(.service) at its turns any more.",
            runbook: Runbook(
                meaning: "The agent has let two turns of the probe pass without an attempt, and serves it as down.",
                impact: "Whether what is probed is well is unknown, and no other alert about it can fire.",
                queries: sharedQueries(),
                actions: [
                    "Look what the agent waits for: `curl -s http://AGENT/health`, `journalctl -u apus-agent -n 50`.",
                    "Look whether the host lacks CPU, and whether the agent is stopped: `systemctl status apus-agent`.",
                    "Start it again: `systemctl restart apus-agent`; it keeps what it knows.",
                ]),
            inputs: ([nil] + (names.isEmpty ? [] : ["named"])).map { name in
                AlertInput(
                    NamedProbe.overdue, ProbeSubject(kind: .tcp, service: "service", name: name).labels("one"),
                    .level(quiet: 0, bad: 1))
            })
    }

    /// One arm a service, kind and name, as a probe that nobody asks has no series that could say so.
    private var probeAbsent: [Alert] {
        var seen: Set<ProbeSubject> = []
        // What others start is asked on hosts alone, and not where containers run.
        let subjects = fleet.probes.filter { !fleet.isOfOthers($0) }.flatMap { $0.subjects(in: fleet) }
            .filter { seen.insert($0).inserted }
        let arms = subjects.map { subject in
            let series = NamedProbe.up.series.matching(.service, subject.service)
                .matching(.label(.probe), subject.kind.rawValue)
            return (names.matcher(of: subject).map { series.matching(.label(.name), $0.relation, $0.value) } ?? series).absent
        }
        guard let first = arms.first else { return [] }
        return [
            Alert(
                .probeAbsent, when: arms.dropFirst().reduce(first) { $0.or($1) }, severity: .high,
                summary: "Nothing is heard of a probe.",
                description: "No agent serves anything about the \(.label(.probe)) probe\(name) of \(.service).",
                runbook: Runbook(
                    meaning:
                        "Prometheus has no series of the probe: no agent is told to ask, or the one that is cannot be scraped.",
                    impact: "Whether what is probed is well is unknown, and no other alert about it can fire.",
                    queries: [.init("All probes that are asked, 1 for those that answer", NamedProbe.up.series.value)],
                    actions: [
                        "Look whether the agent's file names it: `grep -A 4 probes: /etc/apus/agent.yaml`.",
                        "Have the agent read its file: `systemctl reload apus-agent`; `journalctl -u apus-agent -n 20` says what it refuses.",
                        "Look on the host whether the agent runs: `systemctl status 'apus-agent*'`.",
                    ]),
                inputs: subjects.map { AlertInput(NamedProbe.up, $0.labels("one"), .level(quiet: 1, bad: nil)) }
                    // Another one answers all the time.
                    + subjects.filter { names.matcher(of: $0) == .unnamed }.map {
                        AlertInput(NamedProbe.up, namesake(of: $0).labels("one"), .constant(1))
                    })
        ]
    }

    // MARK: - Files

    /// One arm an age, and one for each name where probes of files have any.
    ///
    /// A probe that finds no file at all is down, and has no age.
    private var probedFileOld: [Alert] {
        var limits: [ProbeSubject: Duration] = [:]
        for probe in fleet.probes {
            guard case .file(_, _, let age) = probe.target else { continue }
            for subject in probe.subjects(in: fleet) { limits[subject] = age }
        }
        let groups = Dictionary(grouping: limits.keys) { (limits[$0] ?? .zero) / .seconds(1) }.sorted { $0.key < $1.key }
        let arms = groups.flatMap { age, subjects in
            names.services(of: subjects).map { name, services in
                let series = Self.matching(NamedProbe.fileAge.series, services)
                return (name.map { series.matching(.label(.name), $0.relation, $0.value) } ?? series).value > age
            }
        }
        guard let first = arms.first, let oldest = groups.last?.key else { return [] }
        func file(_ subject: ProbeSubject, _ course: InputCourse) -> AlertInput {
            let instance = "one"
            if let name = subject.name {
                return AlertInput(
                    NamedProbe.fileAge, [.service: subject.service, .instance: instance, .label(.name): name], course)
            }
            return AlertInput(NamedProbe.fileAge, [.service: subject.service, .instance: instance], course)
        }
        // Nobody has said how old the files of these may be.
        let ofOtherServices: [ProbeSubject] = Set([nil] + limits.keys.map(\.name)).map { name in
            ProbeSubject(kind: .file, service: "another", name: name)
        }
        let namesakes = Set(limits.keys.filter { names.matcher(of: $0) != nil }.map { namesake(of: $0) })
        let others = (ofOtherServices + namesakes).sorted { ($0.service, $0.name ?? "") < ($1.service, $1.name ?? "") }
        let name: LabelText<SeriesKey<NamedProbe.FileLabels.Key>> =
            names.isEmpty ? "" : "\(.label(.name), after: " “", before: "”")"
        return [
            Alert(
                .probedFileOld, when: arms.dropFirst().reduce(first) { $0.or($1) }, severity: .high,
                summary: "A file that is written regularly is old.",
                description: "The newest file that the probe\(name) of \(.service) finds was written \(value: .duration) ago.",
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
                inputs: groups.flatMap { age, subjects in
                    subjects.sorted { ($0.service, $0.name ?? "") < ($1.service, $1.name ?? "") }.map {
                        file($0, .level(quiet: age, bad: age * 1.0006))
                    }
                } + others.map { file($0, .constant(oldest * 2)) })
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
