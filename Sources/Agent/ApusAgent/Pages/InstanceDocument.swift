import AgentMetrics
import ApusJournal
import ApusLinux
import ApusMetrics
import ApusText

/// What `/api/v1/instance` answers: all about one instance, or one group of processes. Its row is that of the last turn; the
/// rest is read anew.
struct InstanceDocument {
    /// `nil` of a group that no instance shares its name with.
    let instance: (known: KnownInstance, view: InstanceView)?
    /// `nil` of an instance that is no group.
    let group: GroupView?
    let sources: [ReadSource]
    /// What systemd says of its unit; `nil` where that is not watched.
    let unit: UnitState?
    /// The newest first.
    let errors: [JournalLastError]
    let seriesLimit: Int
    let messagesIncluded: Bool

    /// Errors that are told at most.
    private static let mostErrors = 10

    /// One source of the instance, as it was read just now.
    struct ReadSource {
        let source: String
        let status: HealthDocument.Status
        /// Seconds since the reading that is served.
        let ageSeconds: Double?
        /// What reading it took.
        let readSeconds: Double
    }

    private var isGroup: Bool { group.map { $0.group.processes > 0 } ?? false }

    /// - Parameters:
    ///   - agent: the agent's own facts, written.
    ///   - row: the row of the last turn, written.
    func text(agent: [UInt8], row: [UInt8]) -> [UInt8] {
        let view = instance?.view
        let stat = isGroup ? group?.stat : view?.stat
        var writer = JSONBytes(capacity: 4096)
        writer.object { writer in
            writer.member("agent", written: agent)
            writer.member("row", written: row)
            writer.member("uptimeSeconds", stat?.uptime)
            writer.member("heartbeatAgeSeconds", view?.isUp == true ? view?.heartbeatAge : nil)
            writer.member("virtualBytes", stat?.sample.virtualBytes)
            if let unit { write(unit, to: &writer) }
            if let group { write(group.group, to: &writer) }
            if view?.isUp == true, let known = instance?.known {
                write("connectionPools", known.labelledValues(ConnectionPool.connections.family), to: &writer)
                write("queueStates", known.labelledValues(Queue.depth.family), to: &writer)
            }
            writeSources(to: &writer)
            writeLimits(to: &writer)
            writeErrors(to: &writer)
            writer.member("messagesIncluded", messagesIncluded)
        }
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private func write(_ unit: UnitState, to writer: inout JSONBytes) {
        writer.name("unit")
        writer.object {
            $0.member("unit", unit.name)
            $0.member("loadState", unit.loadState)
            $0.member("activeState", unit.activeState)
            $0.member("subState", unit.subState)
            $0.member("result", unit.result)
            $0.member("stateChangeTime", unit.stateChange)
            $0.member("activeEnterTime", unit.activeSince)
            $0.member("restarts", unit.restarts)
            $0.member("mainPid", unit.mainPID)
            $0.member("exitCause", unit.exit?.cause.rawValue)
            $0.member("exitStatus", unit.exit?.status)
            $0.member("watchdogSeconds", unit.watchdog)
            $0.member("watchdogPingTime", unit.watchdogPing)
            $0.member("memoryBytes", unit.memoryBytes)
            $0.member("tasks", unit.tasks)
            $0.member("tasksMax", unit.tasksLimit)
            $0.member("cpuSeconds", unit.cpuSeconds)
        }
    }

    private func write(_ group: GroupReading, to writer: inout JSONBytes) {
        writer.name("processes")
        writer.object {
            $0.member("count", group.processes)
            $0.member("unwatched", group.unwatched)
            for state in ProcessState.allCases { $0.member(name: state.rawValue, group.count(of: state)) }
            $0.member("started", group.account.started)
            $0.member("ended", group.account.ended)
        }
    }

    private func write(_ name: StaticString, _ values: [LabelledValue], to writer: inout JSONBytes) {
        writer.name(name)
        writer.array { writer in
            for value in values {
                writer.object { writer in
                    writer.name("labels")
                    writer.object { writer in
                        for (label, text) in value.labels.sorted(by: { $0.key < $1.key }) { writer.member(name: label, text) }
                    }
                    writer.name("value")
                    writer.number(value.value)
                }
            }
        }
    }

    private func writeSources(to writer: inout JSONBytes) {
        writer.name("sources")
        writer.array { writer in
            for source in sources {
                writer.object {
                    $0.member("source", source.source)
                    $0.member("status", source.status.rawValue)
                    $0.member("ageSeconds", source.ageSeconds)
                    $0.member("readSeconds", source.readSeconds)
                }
            }
        }
    }

    private func writeLimits(to writer: inout JSONBytes) {
        func bound(_ name: String, _ value: UInt64, most: UInt64? = nil, _ writer: inout JSONBytes) {
            writer.object {
                $0.member("limit", name)
                $0.member("value", value)
                $0.member("most", most)
            }
        }
        writer.name("limits")
        writer.array { writer in
            if let report = instance?.view.report {
                bound("series", UInt64(max(0, report.series)), most: UInt64(max(0, seriesLimit)), &writer)
                for (reason, count) in report.clips.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where count > 0 {
                    bound("clipped_\(reason.rawValue)", UInt64(count), &writer)
                }
                if let dropped = report.segment?.dropped, dropped > 0 { bound("dropped_series", dropped, &writer) }
            }
            if isGroup {
                if let files = group?.group.openFiles { bound("files", files, &writer) }
            } else if let files = instance?.view.openFiles {
                bound("files", files, most: instance?.view.maxFiles, &writer)
            }
        }
    }

    private func writeErrors(to writer: inout JSONBytes) {
        writer.name("errors")
        writer.array { writer in
            for error in errors.prefix(Self.mostErrors) {
                RosterText.lastError(error, messagesIncluded, cursor: error.cursor.isEmpty ? nil : error.cursor, &writer)
            }
        }
    }
}
