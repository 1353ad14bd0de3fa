import ApusLimits
import AgentMetrics
import ApusAgent
import ApusLinux
import ApusProbes
import ApusText
import ApusThreads
import ApusSystemd
import ArgumentParser
import CLinux
import CommandConventions
import Logging
import ServiceLifecycle
import UnixSignals

/// The sidecar's executable: options in, one `ServiceGroup` out.
@main
struct ApusAgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apus-agent",
        abstract: "Watches the services that report on a Unix socket, and serves their metrics to Prometheus.",
        version: productVersion, subcommands: [CheckConfigCommand.self, CheckWebConfigCommand.self, InitCommand.self])

    @Option(
        help: ArgumentHelp(
            "Where the HTTP endpoint listens: HOST:PORT, [IPV6]:PORT, *:PORT for all addresses of both families (port 0 takes a free one), or "
                + "unix:PATH for a Unix socket, and behind the path, where owner and group are not to connect (0660), mode=OCTAL and "
                + "group=NAME, divided by spaces; repeatable. What systemd passes takes the place of all. [default: 127.0.0.1:9480]",
            valueName: "place"))
    var listen: [String] = []

    @Option(
        help: ArgumentHelp(
            "Name under which clients reach the endpoint, *.DOMAIN, or * for any; repeatable. A request under another name is refused, so "
                + "that no page in a browser reads the agent's by DNS rebinding; addresses, names without a dot or of a private domain, "
                + "and this host's own need no option.", valueName: "name"))
    var allowedHost: [String] = []

    @Option(
        help: ArgumentHelp(
            "Path of the Unix socket on which services report, at most 107 bytes. A Unix socket of packets that systemd passes takes "
                + "its place.", valueName: "path"))
    var socket = "/run/apus/agent.sock"

    @Option(
        help: ArgumentHelp(
            "Where services in any language report over HTTP, as for --listen; repeatable: PUT /v1/report/SERVICE/INSTANCE takes metrics as "
                + "text, POST /v1/metrics those of OpenTelemetry (its own port is 4318). Whoever can connect may report; nowhere by default.",
            valueName: "place"))
    var reportListen: [String] = []

    @Option(
        help:
            "Time between turns of the sampling loop, such as 15s or 500ms; at least \(DurationText.string(AgentLimits.leastInterval))."
    )
    var interval: Duration = .seconds(15)

    @Option(
        help: ArgumentHelp(
            "SERVICE/INSTANCE that is served as down while it does not report; repeatable. With ' uid=NUMBER', ' user=NAME' or "
                + "' unit=UNIT' behind it, nobody else may report under the name.", valueName: "instance"))
    var expect: [String] = []

    @Option(
        help: ArgumentHelp(
            "File with more instances that are expected, one a line as for --expect, # for comments; read again on SIGHUP.",
            valueName: "path"))
    var expectFile: String?

    @Option(
        help: ArgumentHelp(
            "File that names groups of processes to watch and pages of metrics to scrape, in YAML; `apus-agent check-config` lists what is wrong with one.",
            valueName: "path"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Web configuration file, as Prometheus' exporters take it with --web.config.file: TLS, clients' certificates, users and passwords, "
                + "headers, rate. It holds for --listen and --report-listen; a change of it or of a certificate is taken in within a second. "
                + "`apus-agent check-web-config` lists what is wrong with one.", valueName: "path"))
    var webConfig: String?

    @Flag(
        help:
            "Answer /health, /health/live and /health/ready to clients that give no password, where --web-config asks for one; a client's certificate is still asked for."
    )
    var openHealth = false

    @Option(
        help:
            "Time in each interval that reading the proportional memory (PSS) of groups' processes may take, which cannot map memory meanwhile; 0s: it is not read."
    )
    var pssBudget: Duration = .zero

    @Option(
        help:
            "Time in each interval that finding out whose the machine's sockets are may take, for groups and for instances; 0s: they are not read."
    )
    var socketBudget: Duration = .zero

    @Option(help: "How long an instance that has ended and is not expected is still served, as down.")
    var retention: Duration = .seconds(300)

    @Option(
        help:
            "How long a living process may give no sign of life, or an executor of it run nothing, before it counts as hung; at least 3s."
    )
    var hungAfter: Duration = .seconds(5)

    @Option(help: "Series of one instance past this number are not served; at least 1.")
    var seriesLimit = SeriesLimits.series.value

    @Option(
        help:
            "Samples of one exposition, which the sample_limit of Prometheus bounds too: who reports most is cut first; at least 1000."
    )
    var sampleLimit = SeriesLimits.samples.value

    @Option(
        help: ArgumentHelp(
            "Groups of processes that are watched, of which one of control groups counts twice; 1 to \(GroupLimits.mostGroups).",
            discussion: "A group has some 40 samples of --sample-limit."))
    var groupLimit = GroupLimits.groups.value

    @Option(
        help: ArgumentHelp(
            "Memory for what instances report, in MiB; one may have a quarter of it, one user half; at least 1.",
            valueName: "MiB"))
    var seriesMemory = SeriesLimits.memory.value.bytes >> 20

    @Option(help: "Compress responses for clients that take that: on other hosts (remote), always, or never.")
    var compress = CompressionPolicy.remote

    @Flag(help: "Serve a _created series beside each that counts, in OpenMetrics 1.0.")
    var createdSeries = false

    @Option(
        help: ArgumentHelp(
            "Log to the journal when standard error is connected to it (auto), always (journal, or json with JSON lines on standard "
                + "error while there is no journal), or to standard error (stderr).", valueName: "destination"))
    var log = LogDestination.auto

    @Option(
        help: ArgumentHelp(
            "Read this source and no other but those that are named too; repeatable. The sources are: "
                + "\(SourceCatalog.names.joined(separator: ", ")).", valueName: "name"))
    var source: [String] = []

    @Option(help: ArgumentHelp("Do not read this source; repeatable.", valueName: "name"))
    var noSource: [String] = []

    @OptionGroup(title: "The journal") var journalOptions: JournalOptions

    @OptionGroup(title: "Units of systemd") var unitOptions: UnitOptions

    @Flag(help: "Stop when standard input, a pipe from the parent, comes to its end.")
    var lifeline = false

    static func main() async {
        // Before anything is set up: a child that asks for a probe, or a file system, is the same program, and takes as little memory as it can.
        if ProbeChild.isAsked(for: CommandLine.arguments) { ProbeChild.run(CommandLine.arguments) }
        if PathChild.isAsked(for: CommandLine.arguments) { PathChild.run(CommandLine.arguments) }
        await runWithOneLineErrors()
    }

    func validate() throws {
        try requireAtLeast(AgentLimits.leastInterval, interval, "--interval")
        try requireAtLeast(.seconds(3), hungAfter, "--hung-after")
        try requirePath(socket, "--socket")
        guard socket.utf8.count <= SocketFile.longestPath else {
            throw ValidationError(AgentError.socketFile(socket, .tooLong, option: "--socket").description)
        }
        try requirePath(expectFile, "--expect-file")
        try requirePath(config, "--config")
        try requirePath(webConfig, "--web-config")
        guard !openHealth || webConfig != nil else { throw ValidationError("--open-health: goes with --web-config") }
        guard pssBudget <= interval / 10 else {
            throw ValidationError("--pss-budget \(DurationText.string(pssBudget)): at most a tenth of --interval")
        }
        guard socketBudget <= interval / 10 else {
            throw ValidationError("--socket-budget \(DurationText.string(socketBudget)): at most a tenth of --interval")
        }
        guard seriesLimit > 0 else { throw ValidationError("--series-limit \(seriesLimit): at least 1") }
        guard (1...GroupLimits.mostGroups).contains(groupLimit) else {
            throw ValidationError("--group-limit \(groupLimit): 1 to \(GroupLimits.mostGroups)")
        }
        guard sampleLimit >= 1000 else { throw ValidationError("--sample-limit \(sampleLimit): at least 1000") }
        guard (1...1 << 20).contains(seriesMemory) else {
            throw ValidationError("--series-memory \(seriesMemory): 1 to \(1 << 20) MiB")
        }
    }

    func run() async throws {
        // Resident memory matters more here than the parallel speed of malloc.
        apus_limit_malloc(1)
        CrashTrace.enable()
        StraySignals.ignore()
        DescriptorLimit.raise()
        if lifeline { Lifeline.watch(stopGrace: AgentLimits.stopGrace) }
        var configuration = try agentConfiguration()
        let watchdog = try Watchdog()
        if let watchdog, !watchdog.allows(turn: configuration.interval) {
            throw ValidationError(
                "--interval \(DurationText.string(interval)): longer than half of the unit's WatchdogSec (\(watchdog.timeout)): raise WatchdogSec"
            )
        }
        let output = LogOutput(log)
        LoggingSystem.bootstrap { output.handler(label: $0) }
        defer { _ = output.flush(within: .seconds(1)) }
        let logger = Logger(label: "apus-agent")
        var remarks: [String] = []
        configuration.journal = try journalOptions.configuration(
            watched: try unitOptions.patterns(), remarks: &remarks)
        configuration.units = try unitOptions.configuration(interval: configuration.interval)
        let services = try AgentServices(
            configuration, logger: logger, notifier: ServiceNotifier(), watchdog: watchdog, passed: ActivationSocket.passed(),
            boundPort: { [remarks] _ in for remark in remarks { logger.info("\(remark)") } },
            droppedLogs: output.journal.map { journal in { @Sendable () -> UInt64 in journal.dropped } })
        // Without a file to read again too, as for POST /-/reload: who sends it may not know what this agent was given.
        let reloads: [any Service] = [
            ReloadSignal(signals: await UnixSignalsSequence(trapping: .sighup), reload: services.reload)
        ]
        try await ServiceGroup(
            configuration: .init(
                services: (lifeline ? [] : [await .stopSignals(logger: logger)])
                    + (reloads + services.all).map { .init(service: $0) }
                    + [.init(service: ProgramPages(), successTerminationBehavior: .ignore)],
                gracefulShutdownSignals: lifeline ? [.sigterm, .sigint] : [], logger: logger)
        ).run()
    }

    private func agentConfiguration() throws -> AgentConfiguration {
        var configuration = AgentConfiguration()
        let pages = try places(listen, "--listen", besides: [ListenPlace(socket: socket)])
        if !pages.isEmpty { configuration.listen = pages }
        configuration.reportListen = try places(
            reportListen, "--report-listen", besides: [ListenPlace(socket: socket)] + configuration.listen)
        configuration.socketPath = socket
        configuration.allowedHosts = try allowedHost.map { text in
            guard let host = AllowedHost(text) else {
                throw ValidationError("--allowed-host \(text): write a name without a port, *.DOMAIN, or *")
            }
            return host
        }
        configuration.journalMessages = journalOptions.journalMessages
        configuration.interval = interval
        configuration.retention = retention
        configuration.proportionalBudget = pssBudget
        configuration.socketBudget = socketBudget
        configuration.hungAfter = hungAfter
        configuration.seriesLimit = seriesLimit
        configuration.sampleLimit = sampleLimit
        configuration.groupLimit = groupLimit
        configuration.seriesMemory = seriesMemory << 20
        configuration.compression = compress
        configuration.createdSeries = createdSeries
        do throws(UnknownSource) {
            configuration.sources = try SourceChoice(only: source, without: noSource)
        } catch { throw ValidationError(error.description) }
        configuration.expectFile = expectFile
        configuration.watchFile = config
        configuration.pathProgram = PathBook.ownProgram
        configuration.webConfiguration = webConfig
        configuration.opensHealth = openHealth
        for text in expect {
            let one: ExpectedInstance
            do throws(ExpectedInstanceFault) { one = try ExpectedInstance(text) } catch {
                throw ValidationError("--expect \(text): \(error.reason ?? ExpectedInstance.form)")
            }
            guard
                !configuration.expected.contains(one.identity) || configuration.holders[one.identity] == one.holder
            else {
                throw ValidationError(
                    "--expect \(text): \(one.identity) is named before, and belongs to somebody else there")
            }
            configuration.expected.append(one.identity)
            if let holder = one.holder { configuration.holders[one.identity] = holder }
        }
        return configuration
    }
}

/// Reads the places that an option names to listen at, none of which takes what comes to another one.
private func places(_ texts: [String], _ option: String, besides others: [ListenPlace]) throws -> [ListenPlace] {
    var places: [ListenPlace] = []
    for text in texts {
        do throws(ListenPlaceFault) { places.append(try ListenPlace(text, besides: others + places)) } catch {
            throw ValidationError("\(option) \(text): \(error)")
        }
    }
    return places
}

/// Refuses a duration that is too short, by the name of its option.
func requireAtLeast(_ least: Duration, _ value: Duration, _ option: String) throws {
    guard value < least else { return }
    throw ValidationError("\(option) \(DurationText.string(value)): at least \(DurationText.string(least))")
}

extension CompressionPolicy: ExpressibleByArgument {}
extension JournalMessagePolicy: ExpressibleByArgument {}
extension LogDestination: ExpressibleByArgument {}
