public import ApusMetrics

/// What the agent does, and what that costs.
public enum Agent: MetricSubsystem {
    public static let buildInfo = Gauge<VersionLabels>("apus_agent_build_info", "Always 1; the version is in the label.")
    public static let samples = Counter<NoLabels>("apus_agent_samples_total", "Turns of the sampling loop.")
    public static let sampleCPU = Counter<NoLabels>(
        "apus_agent_sample_cpu_seconds_total", "CPU time that the sampling loop has used.")
    public static let lateSamples = Counter<NoLabels>(
        "apus_agent_samples_late_total", "Turns of the sampling loop that began more than a tenth of the interval late.")
    public static let sampleAge = Gauge<NoLabels>(
        "apus_agent_sample_age_seconds", "Seconds since the sampling loop's last turn.")
    public static let scrapes = Counter<NoLabels>("apus_agent_scrapes_total", "Expositions of metrics that were rendered.")
    public static let scrapesAborted = Counter<NoLabels>(
        "apus_agent_scrapes_aborted_total", "Expositions that a client did not take to the end.")
    public static let scrapesRejected = Counter<NoLabels>(
        "apus_agent_scrapes_rejected_total", "Scrapes answered with 503 because too many were under way.")
    public static let scrapeCPU = Counter<NoLabels>(
        "apus_agent_scrape_cpu_seconds_total", "CPU time that rendering expositions has used.")
    public static let scrapeSize = Gauge<NoLabels>("apus_agent_scrape_size_bytes", "Size of the last exposition.")
    public static let instances = Gauge<NoLabels>("apus_agent_instances", "Instances that are known, alive or not.")
    public static let unwatchedProcesses = Gauge<NoLabels>(
        "apus_agent_unwatched_processes", "Processes that belong to groups and are not watched, as there are too many.")
    public static let unwatchedControlGroups = Gauge<NoLabels>(
        "apus_agent_unwatched_control_groups",
        "Control groups that belong to groups and are not watched, as there are too many or their names are not UTF-8; at least 1 while a search for them is cut short."
    )
    public static let proportionalReadings = Counter<NoLabels>(
        "apus_agent_pss_readings_total", "Readings of the proportional memory of a process (--pss-budget).")
    public static let proportionalCPU = Counter<NoLabels>(
        "apus_agent_pss_cpu_seconds_total", "CPU time that readings of proportional memory have used.")
    public static let socketReadings = Counter<NoLabels>(
        "apus_agent_socket_readings_total",
        "Readings of the sockets of a process, and of the lists of all sockets (--socket-budget).")
    public static let socketCPU = Counter<NoLabels>(
        "apus_agent_socket_cpu_seconds_total", "CPU time that readings of sockets have used.")
    public static let unreadSockets = Gauge<SocketGapLabels>(
        "apus_agent_unread_socket_processes", "Processes whose sockets are never read, by reason (--socket-budget).")
    public static let forgottenInstances = Counter<NoLabels>(
        "apus_agent_instances_forgotten_total",
        "Ended instances that were forgotten before their retention, as ended instances of their user took too much memory.")
    public static let forgottenGroups = Counter<NoLabels>(
        "apus_agent_groups_forgotten_total",
        "Groups that were forgotten before their retention, as a living one took their place, or one that the file names (--group-limit)."
    )
    public static let unservedGroups = Gauge<NoLabels>(
        "apus_agent_groups_unserved", "Groups of captured names that the last exposition had no room for (--sample-limit).")
    public static let refusals = Counter<RefusalLabels>(
        "apus_agent_reports_refused_total", "Reports that were refused, by reason.")
    public static let seriesLeftOut = Counter<NoLabels>(
        "apus_agent_series_left_out_total",
        "Series and points that were left out of reports over HTTP, the others of which were taken.")
    public static let connectionsRejected = Counter<NoLabels>(
        "apus_agent_http_connections_rejected_total",
        "HTTP connections closed at once because all others were being answered.")
    public static let connectionsCut = Counter<HTTPConnectionCutLabels>(
        "apus_agent_http_connections_cut_total", "HTTP connections that the agent closed of its own accord, by reason.")
    public static let acceptPauses = Counter<NoLabels>(
        "apus_agent_http_accept_pauses_total", "Pauses in accepting HTTP connections for want of descriptors or memory.")
    public static let hostsRefused = Counter<NoLabels>(
        "apus_agent_http_hosts_refused_total", "HTTP requests refused because their Host is no name of the agent.")
    public static let requestsDenied = Counter<DenialLabels>(
        "apus_agent_http_denied_total", "Clients turned away by the web configuration, by reason.")
    public static let passwordChecks = Counter<NoLabels>(
        "apus_agent_http_password_checks_total", "Computations of bcrypt for a password whose result was not known.")
    public static let certificateEnd = Gauge<NoLabels>(
        "apus_agent_http_certificate_expiry_timestamp_seconds",
        "When the certificate of the agent's endpoints ends, in seconds since the Unix epoch; without TLS there is none.")

    public static let configurationTaken = Gauge<NoLabels>(
        "apus_agent_config_last_reload_successful",
        "Whether the agent's files were taken in at the last reload, or at the start before the first.")
    public static let configurationTime = Gauge<NoLabels>(
        "apus_agent_config_last_reload_success_timestamp_seconds",
        "When the agent's files were last taken in, at its start or at a reload, in seconds since the Unix epoch.")
    public static let storeMessages = Counter<NoLabels>(
        "apus_agent_store_messages_total", "Messages to the service manager about the segments that it keeps over a restart.")
    public static let storeWaiting = Gauge<NoLabels>(
        "apus_agent_store_waiting_messages",
        "Messages about kept segments that wait: for the rate, or for a service manager that reads nothing.")

    public static let title = "The agent's work"
    public static let origin = MetricOrigin.host
    public static let families = [
        buildInfo.family, samples.family, sampleCPU.family, lateSamples.family, sampleAge.family, scrapes.family,
        scrapesAborted.family, scrapesRejected.family, scrapeCPU.family, scrapeSize.family, instances.family,
        unwatchedProcesses.family, unwatchedControlGroups.family, proportionalReadings.family, proportionalCPU.family,
        socketReadings.family, socketCPU.family, unreadSockets.family, forgottenInstances.family,
        forgottenGroups.family, unservedGroups.family, refusals.family, seriesLeftOut.family,
        connectionsRejected.family, connectionsCut.family, acceptPauses.family, hostsRefused.family,
        requestsDenied.family, passwordChecks.family, certificateEnd.family,
        configurationTaken.family, configurationTime.family, storeMessages.family, storeWaiting.family,
    ]
}

public struct VersionLabels: LabelSet {
    public enum Key: String, LabelKey { case version }
    public let version: String
    public init(version: String) { self.version = version }
    public subscript(key: Key) -> String { version }
}

/// Why the agent refused a report.
public enum RefusalReason: String, CaseIterable, Sendable {
    /// The hello was not one.
    case hello
    /// The descriptor is no sealed segment of the right size and version.
    case segment
    /// A family or series in the segment is malformed.
    case content
    /// Too many instances or connections of one process, of one user, or of all.
    case limit
    /// The name belongs to somebody else.
    case name
    /// A request over HTTP is none of a report: its path, method, type or coding, or the name by which the agent is asked.
    case request
    /// The agent has hardly any descriptor left.
    case descriptors
    /// The agent died while it took the segment back after a restart.
    case quarantine
}

public struct RefusalLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case reason }
    public static var allCases: [Self] { RefusalReason.allCases.map { Self(reason: $0) } }
    public let reason: RefusalReason
    public init(reason: RefusalReason) { self.reason = reason }
    public subscript(key: Key) -> String { reason.rawValue }
}

/// Why the sockets of a process are never read.
public enum SocketGap: String, CaseIterable, Sendable {
    /// It has too many descriptors.
    case descriptors
    /// It alone takes more than the whole budget of time.
    case budget
    /// All processes together have more sockets than there is room for, and it has most.
    case held
    /// The sockets of its network namespace are not known.
    case namespace
    /// Its descriptors are not read, and there are too many control groups below its own.
    case controlGroups = "control_groups"
}

/// Tells processes apart by the reason why their sockets are never read.
public struct SocketGapLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case reason }
    public static var allCases: [Self] { SocketGap.allCases.map { Self(reason: $0) } }
    public let reason: SocketGap
    public init(reason: SocketGap) { self.reason = reason }
    public subscript(key: Key) -> String { reason.rawValue }
}

/// Why the agent turned a client away that has to say who it is.
public enum DenialReason: String, CaseIterable, Sendable {
    /// No connection with TLS came about, as for a client without a certificate that is taken.
    case handshake
    /// The client's certificate has none of the names that are taken.
    case certificate
    /// There was no password, or a wrong one.
    case password
    /// Too many requests in their time.
    case rate
    /// Too many passwords waited for their check.
    case busy
}

public struct DenialLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case reason }
    public static var allCases: [Self] { DenialReason.allCases.map { Self(reason: $0) } }
    public let reason: DenialReason
    public init(reason: DenialReason) { self.reason = reason }
    public subscript(key: Key) -> String { reason.rawValue }
}

/// Why the agent closed an HTTP connection of its own accord.
public enum HTTPConnectionCut: String, CaseIterable, Sendable {
    /// No request began for too long.
    case idle
    /// A request was not whole in its time.
    case request
    /// The client took nothing of an answer for too long.
    case stalled
    /// The client had not taken the whole answer in its time.
    case answer
    /// Another connection of the peer took its place, past the peer's share.
    case share
    /// Another connection or scrape needed the place, and all were taken.
    case full
    /// Another connection needed the descriptor, and the process had none left.
    case descriptors
    /// More bytes came behind a request than may wait for its answer.
    case pipelined
}

public struct HTTPConnectionCutLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case reason }
    public static var allCases: [Self] { HTTPConnectionCut.allCases.map { Self(reason: $0) } }
    public let reason: HTTPConnectionCut
    public init(reason: HTTPConnectionCut) { self.reason = reason }
    public subscript(key: Key) -> String { reason.rawValue }
}
