package import AgentMetrics
package import ApusLinux
import Synchronization

/// What is read of an instance: by sampling, at scrapes, and for the pages in JSON.
extension KnownInstance {
    /// A turn of the sampling loop: a new base for the CPU figure, a new window for the peak.
    func tick(at now: Moment) {
        state.withLock { state in
            read(&state, at: now) { state throws(ProcessGone) in
                try state.readings.tick(at: now)
                // Whatever sources are read, the end of a process is seen.
                if state.subject.hasEnded { throw ProcessGone() }
            }
        }
    }

    /// Reads one of the sources, unless its last reading is young enough, and adds to its tally.
    func read(_ place: Int, at now: Moment, in tally: inout SourceTally) {
        let counted = state.withLock { [tally] state in
            read(&state, at: now) { state throws(ProcessGone) in try state.readings.read(place, at: now) }
            var tally = tally
            state.readings.count(place, at: now, in: &tally)
            return tally
        }
        tally = counted
    }

    /// Adds to the tally of a source how it is by its last reading.
    func count(_ place: Int, at now: Moment, in tally: inout SourceTally) {
        tally = state.withLock { [tally] state in
            var tally = tally
            state.readings.count(place, at: now, in: &tally)
            return tally
        }
    }

    /// Why the sockets of its process are not read, at the last look, and its pid; `nil` where they are, or nobody looks.
    var socketGap: (Int32, SocketGap)? {
        state.withLock { state in
            guard let gap = state.readings.reading(SocketsSource.self)?.gap else { return nil }
            return (Self.pid(state) ?? 0, gap)
        }
    }

    /// What of it could not be read, by the source's name; each is told once.
    func takeTroubles() -> [(source: String, error: LinuxError)] { state.withLock { $0.readings.takeTroubles() } }

    /// What each row has to serve, of what was read last.
    func values() -> RowValues { state.withLock { $0.readings.values() } }

    /// Reads all sources afresh and shows what there is.
    package func look(at now: Moment) -> InstanceView {
        state.withLock { state in
            read(&state, at: now) { state throws(ProcessGone) in try state.readings.read(at: now) }
            let subject = state.subject
            let judgement = state.readings.reading(HangSource.self)
            return InstanceView(
                identity: identity, isUp: subject.isAlive, pid: Self.pid(state), stat: state.readings.reading(StatSource.self),
                openFiles: state.readings.reading(DescriptorsSource.self),
                maxFiles: state.readings.reading(LimitsSource.self) ?? nil,
                heartbeatAge: state.readings.reading(HeartbeatSource.self),
                hang: judgement ?? nil, isHung: judgement.map { $0 != nil },
                report: state.readings.reading(ReportSource.self),
                unit: state.readings.reading(ServiceUnitSource.self) ?? nil)
        }
    }

    /// Reads all sources, and says how each is and what that took.
    func examine(at now: Moment, stopwatch: @Sendable () -> UInt64) -> [InstanceDocument.ReadSource] {
        state.withLock { state in
            var sources: [InstanceDocument.ReadSource] = []
            read(&state, at: now) { state throws(ProcessGone) in
                sources = try state.readings.examine(at: now, stopwatch: stopwatch)
            }
            return sources
        }
    }

    /// The pid of the process that lives; `nil` also where it has none in the agent's pid namespace.
    static func pid(_ state: State) -> Int32? {
        guard state.subject.isAlive else { return nil }
        return state.subject.process?.pid ?? state.reporter.flatMap { $0.pid > 0 ? $0.pid : nil }
    }

    /// Whether the process lives but hangs, and its pid, 0 where that is not in sight; cheaper than ``look(at:)``, as it asks nothing of the kernel but of a
    /// process that seems to hang.
    func hang(at now: Moment) -> (pid: Int32, hang: Hang)? {
        state.withLock { state in
            var hang: Hang??
            read(&state, at: now) { state throws(ProcessGone) in
                hang = try state.readings.read(HangSource.self, at: now)
            }
            guard state.subject.isAlive, let found = hang ?? nil else { return nil }
            return (Self.pid(state) ?? 0, found)
        }
    }

    /// The families that the service reports, for the plan of an exposition.
    func reported() -> (families: [ReportedFamily], isAlive: Bool) {
        let subject = state.withLock { $0.subject }
        return (subject.report?.reported(alive: subject.isAlive) ?? [], subject.isAlive)
    }

    /// Values of all series of a reported counter or gauge, with their labels; for the pages in JSON.
    func values(of name: String) -> [(labels: [UInt8], value: Double)] { report?.values(of: name) ?? [] }
}

/// What is known of an instance at one moment.
package struct InstanceView: Sendable {
    package let identity: InstanceIdentity
    /// Whether a process of the instance lives and reports.
    package let isUp: Bool
    /// `nil` when none does, and where its pid is not in sight.
    package let pid: Int32?
    let stat: StatSource.Reading?
    package let openFiles: UInt64?
    package let maxFiles: UInt64?
    /// Seconds.
    package let heartbeatAge: Double?
    /// Why the living process counts as hung; `nil` when it does not.
    package let hang: Hang?
    /// Whether it hangs; `nil` where nobody judges: of no living process, and without the source `hang`.
    package let isHung: Bool?
    let report: ReportSource.Reading?
    /// The systemd unit that the process runs in.
    package let unit: String?

    /// Alive and not hung.
    var isWell: Bool { isUp && hang == nil }
}
