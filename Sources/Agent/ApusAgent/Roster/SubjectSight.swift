import AgentMetrics

/// What a turn of the sampling loop saw of an instance, of a group of processes, or of both under one name: what a row of a
/// page shows.
///
/// Times are seconds since the Unix epoch; what is not known is `nil`.
struct SubjectSight: Sendable {
    let identity: InstanceIdentity
    var kind: Kind
    var reports: Reporting?
    var isExpected: Bool
    /// The user who reports it.
    var owner: UInt32?
    var state: SubjectState
    /// Why it hangs, where it does; the words are made when they are written.
    @Boxed var hang: Hang?
    @PackedWhole var pid: Int32?
    /// What tells its process from the one before.
    @PackedWhole var process: UInt64?
    /// Whether several processes are taken together, so that another one is one that began after the last turn.
    var isSum = false
    var unit: String?
    @PackedNumber var startTime: Double?
    @PackedNumber var cpuPercent: Double?
    @PackedNumber var cpuSeconds: Double?
    @PackedWhole var residentBytes: UInt64?
    @PackedWhole var residentPeak: UInt64?
    @PackedWhole var virtualBytes: UInt64?
    @PackedNumber var heapBytes: Double?
    @PackedWhole var threads: UInt64?
    @PackedWhole var openFiles: UInt64?
    @PackedWhole var maxFiles: UInt64?
    /// The number of a group's processes.
    @PackedWhole var processes: Int?
    @Boxed var connections: ConnectionFigures?
    @Boxed var queue: QueueFigures?
    /// What is known of it from turn to turn.
    var standing: History.Standing?

    enum Kind: String {
        /// It reports, or is expected to.
        case reports
        /// Its page of metrics is fetched.
        case page
        /// Processes that the configuration file names, and that report nothing.
        case group
    }

    /// How it reports.
    enum Reporting: String {
        case segment
        case http
    }

    init(identity: InstanceIdentity, kind: Kind, isExpected: Bool, owner: UInt32? = nil, state: SubjectState) {
        self.identity = identity
        self.kind = kind
        self.isExpected = isExpected
        self.owner = owner
        self.state = state
    }

    /// What goes into the history.
    var point: HistoryPoint {
        var point = HistoryPoint(identity, owner: owner, isExpected: isExpected, state: state)
        point.process = process
        point.began = startTime
        point.isSum = isSum
        func number(_ value: Double?) -> Float { value.map { Float($0) } ?? .nan }
        point[.cpu] = number(cpuPercent)
        point[.resident] = number(residentBytes.map { Double($0) })
        point[.heap] = number(heapBytes)
        point[.connections] = number(connections?.open)
        point[.queue] = number(queue?.depth)
        point[.up] = state.isUp ? 1 : 0
        return point
    }

    /// Takes over what is known of the processes of a group of the same name, which has all of them.
    mutating func unite(_ group: SubjectSight) {
        isExpected = isExpected || group.isExpected
        processes = group.processes
        // A report of its that has ended does not excuse a group that the file names.
        if group.state == .down && state == .ended { state = .down }
        guard group.state.isUp else { return }
        // A page that is not there is the file's word, as in the metrics.
        if !state.isUp && kind != .page { state = group.state }
        isSum = group.isSum
        process = group.process
        startTime = group.startTime
        cpuPercent = group.cpuPercent
        cpuSeconds = group.cpuSeconds
        residentBytes = group.residentBytes
        residentPeak = group.residentPeak
        virtualBytes = group.virtualBytes
        threads = group.threads
        openFiles = group.openFiles
        maxFiles = nil
    }
}

/// The connections to databases of one service, over all of its pools, as it reports them.
struct ConnectionFigures: Sendable, Equatable {
    var used: Double
    /// `nil` of a service that does not tell them apart.
    var idle: Double?
    var most: Double?

    var open: Double { used + (idle ?? 0) }
}

/// The queue of one service, as it reports it.
struct QueueFigures: Sendable, Equatable {
    var pending = 0.0
    var scheduled = 0.0
    var locked = 0.0
    /// Entries in states that have other words.
    var others = 0.0
    /// Seconds.
    var oldestAge: Double?

    var depth: Double { pending + scheduled + locked + others }
}
