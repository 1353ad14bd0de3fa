import AgentMetrics
import ApusLimits
import ApusProbes
import ApusText
import Logging
import ServiceLifecycle

/// Has what the file names asked from outside while the agent runs, and says in the log what goes down and comes back.
final class ProbeWatch: Service {
    private let prober: Prober
    private let clock: AgentClock
    private let logger: Logger
    /// Whether any source serves what probes find.
    private let isServed: Bool

    init(sources: SourceChoice, clock: AgentClock, logger: Logger) {
        self.clock = clock
        self.logger = logger
        isServed = SourceCatalog.names.contains { $0.hasPrefix("probe") && sources.contains($0) }
        // A server that comes and goes could cause any number of lines.
        let throttle = LogThrottle<ProbeID>()
        prober = Prober(realtime: { clock.now().realtime }) { event in Self.tell(event, logger, throttle) }
    }

    /// Asks these probes from now on and no others.
    func watch(_ declarations: [ProbeDeclaration]) { prober.watch(isServed ? declarations : []) }

    /// How all probes stand.
    func standings(at now: Moment) -> [ProbeStanding] { prober.book.all(at: now.monotonic) }

    /// How all probes are, for those who show it.
    var sights: @Sendable (Moment) -> [ProbeSight] { { now in self.standings(at: now).map { ProbeSight($0, at: now) } } }

    /// What probes add to the line for `systemctl status`.
    func status(at now: Moment) -> String {
        let down = prober.book.down(at: now.monotonic)
        return down == 0 ? "" : ", \(down) probe\(down == 1 ? "" : "s") down"
    }

    func run() async {
        try? await cancelWhenGracefulShutdown {
            var lateness = ProbeLateness()
            // The loop of probes cannot say that it does not run.
            while true {
                try await Task.sleep(for: Self.look)
                lateness.note(self.prober.book.overdue(at: self.clock.now().monotonic), self.logger)
            }
        }
        await prober.stop()
    }

    /// The time between two looks for probes that are overdue.
    private static let look = Duration.seconds(5)

    private static func tell(_ event: ProbeEvent, _ logger: Logger, _ throttle: LogThrottle<ProbeID>) {
        switch event {
        case .down(let id, let failure):
            guard let omitted = throttle.admit(id) else { return }
            var facts = Self.facts(id, omitted)
            facts["failure"] = "\(failure.reason.rawValue)"
            facts["reason"] = "\(failure.logged)"
            logger.warning("a probe has no answer; it is served as down", metadata: facts)
        case .lacking(let id, let failure):
            guard let omitted = throttle.admit(id) else { return }
            var facts = Self.facts(id, omitted)
            facts["failure"] = "\(failure.reason.rawValue)"
            facts["reason"] = "\(failure.logged)"
            logger.warning("a part of what a probe asks has no answer; the others are served", metadata: facts)
        case .up(let id, let seconds):
            guard let omitted = throttle.admit(id) else { return }
            var facts = Self.facts(id, omitted)
            facts["down"] = "\(DurationText.string(.seconds(max(0, seconds).rounded())))"
            logger.notice("a probe has its answer again", metadata: facts)
        }
    }

    private static func facts(_ id: ProbeID, _ omitted: OmittedLines) -> Logger.Metadata {
        var facts: Logger.Metadata = ["instance": "\(id.identity)", "probe": "\(id.kind.rawValue)"]
        if let name = id.name { facts["name"] = "\(name)" }
        if omitted > 0 { facts["omitted"] = "\(omitted)" }
        return facts
    }
}
