import AgentMetrics
import ApusJournal
import ApusLimits
import ApusLinux
import ApusProbes
import ApusSystemd
import ApusText

/// One turn of the sampling loop in JSON: the facts of the agent, a row for each subject, and the probes.
struct RosterText: Sendable {
    /// That of the turn.
    let number: UInt64
    let boot: String
    /// The agent's own facts.
    let agent: [UInt8]
    /// In the order of their names.
    let rows: [Row]
    let rowsLeftOut: Int
    /// All probes; `nil` of an agent without any.
    let probes: [UInt8]?

    struct Row: Sendable {
        let identity: InstanceIdentity
        let text: [UInt8]
    }

    init(
        _ turn: Roster.Turn, _ facts: Roster.Facts, status: HealthDocument.Status, step: Double, events: Roster.UnitEvents,
        probes: [ProbeSight]?
    ) {
        number = turn.number
        boot = facts.boot
        agent = Self.agent(turn, facts, status, step: step, withMessages: events.withMessages)
        rows = turn.subjects.prefix(RosterLimits.rows.value).map {
            Row(identity: $0.identity, text: Self.row($0, events))
        }
        rowsLeftOut = turn.subjects.count - rows.count
        self.probes = probes.map { Self.probes($0) }
    }

    /// What `/api/v1/instances` answers.
    var document: [UInt8] {
        var writer = JSONBytes(capacity: size)
        writer.object { writer in
            writer.member("agent", written: agent)
            appendRows(to: &writer)
        }
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private var size: Int { rows.reduce(agent.count + (probes?.count ?? 0) + 256) { $0 + $1.text.count + 1 } }

    /// The members with all rows and all probes.
    func appendRows(to writer: inout JSONBytes) {
        writer.name("instances")
        writer.array { writer in for row in rows { writer.append(written: row.text) } }
        if let probes { writer.member("probes", written: probes) }
        writer.member("rowsLeftOut", rowsLeftOut)
    }

    /// The row of a subject.
    subscript(identity: InstanceIdentity) -> Row? { rows.first { $0.identity == identity } }

    private static func agent(
        _ turn: Roster.Turn, _ facts: Roster.Facts, _ status: HealthDocument.Status, step: Double, withMessages: Bool
    ) -> [UInt8] {
        var writer = JSONBytes(capacity: 512)
        writer.object {
            $0.member("version", productVersion)
            $0.member("host", facts.host)
            $0.member("boot", facts.boot)
            $0.member("status", status.rawValue)
            $0.member("intervalSeconds", facts.interval)
            $0.member("startedTime", moment(facts.began))
            $0.member("time", moment(turn.moment.realtime))
            $0.member("turn", turn.number)
            $0.member("historyTime", turn.historyTime.map { moment($0) })
            $0.member("historyStepSeconds", step)
            $0.member("cpuPercent", turn.own.map { tenths($0.cpuPercent) })
            $0.member("residentBytes", turn.own?.sample.residentBytes)
            $0.member("messagesIncluded", withMessages)
        }
        return writer.bytes
    }

    private static func row(_ sight: SubjectSight, _ events: Roster.UnitEvents) -> [UInt8] {
        var writer = JSONBytes(capacity: 640)
        writer.object {
            identity(sight.identity, &$0)
            $0.member("kind", sight.kind.rawValue)
            $0.member("reports", sight.reports?.rawValue)
            $0.member("state", sight.state.rawValue)
            $0.member("sinceTime", sight.standing.map { moment($0.since) })
            $0.member("expected", sight.isExpected ? true : nil as Bool?)
            $0.member("hungReason", sight.hang?.description)
            $0.member("pid", sight.pid)
            $0.member("processes", sight.processes)
            $0.member("unit", sight.unit)
            $0.member("startTime", sight.startTime.map { moment($0) })
            figures(sight, &$0)
            $0.member("restarts", sight.standing?.restarts)
            guard let unit = sight.unit else { return }
            let state = events.state(of: unit)
            $0.member("unitRestarts", state?.restarts)
            $0.member("unitState", state?.activeState)
            guard let error = events.lastError(of: unit) else { return }
            $0.name("lastError")
            lastError(error, events.withMessages, longest: 256, &$0)
        }
        return writer.bytes
    }

    private static func figures(_ sight: SubjectSight, _ writer: inout JSONBytes) {
        writer.member("cpuPercent", sight.cpuPercent.map { tenths($0) })
        writer.member("cpuSeconds", sight.cpuSeconds.map { ($0 * 100).rounded() / 100 })
        writer.member("residentBytes", sight.residentBytes)
        writer.member("residentPeakBytes", sight.residentPeak)
        writer.member("heapBytes", sight.heapBytes)
        writer.member("threads", sight.threads)
        writer.member("openFiles", sight.openFiles)
        writer.member("maxFiles", sight.maxFiles)
        if let connections = sight.connections {
            writer.name("connections")
            writer.object {
                $0.member("used", connections.used)
                $0.member("idle", connections.idle)
                $0.member("max", connections.most)
            }
        }
        if let queue = sight.queue {
            writer.name("queue")
            writer.object {
                $0.member("depth", queue.depth)
                $0.member("pending", queue.pending)
                $0.member("scheduled", queue.scheduled)
                $0.member("locked", queue.locked)
                $0.member("oldestAgeSeconds", queue.oldestAge.map { tenths($0) })
            }
        }
    }

    static func identity(_ identity: InstanceIdentity, _ writer: inout JSONBytes) {
        writer.member("service", identity.service)
        writer.member("instance", identity.instance)
    }

    static func lastError(
        _ error: JournalLastError, _ withMessages: Bool, longest: Int = .max, cursor: String? = nil, _ writer: inout JSONBytes
    ) {
        writer.object {
            $0.member("time", moment(Double(error.realtime) / 1e6))
            $0.member("priority", error.priority.name)
            if withMessages { $0.member("message", String(error.message.prefix(longest))) }
            $0.member("cursor", cursor)
        }
    }

    private static func probes(_ probes: [ProbeSight]) -> [UInt8] {
        var writer = JSONBytes()
        writer.array { writer in
            for probe in probes {
                writer.object {
                    identity(probe.identity, &$0)
                    $0.member("probe", probe.kind.rawValue)
                    $0.member("name", probe.name)
                    $0.member("up", probe.isUp)
                    $0.member("sinceTime", probe.since.map { moment($0) })
                    $0.member("durationSeconds", probe.duration.map { ($0 * 1e6).rounded() / 1e6 })
                    $0.member("answerTime", probe.answeredAt.map { moment($0) })
                    $0.member("attemptTime", probe.attemptedAt.map { moment($0) })
                    $0.member("failures", probe.failures)
                    guard let failure = probe.lastFailure else { return }
                    $0.name("lastFailure")
                    $0.object {
                        $0.member("reason", failure.reason.rawValue)
                        $0.member("text", failure.text)
                    }
                }
            }
        }
        return writer.bytes
    }

    /// Seconds since the Unix epoch, to the millisecond.
    static func moment(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }

    /// A tenth is as much as a page shows, and what stands still does not change then.
    static func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
