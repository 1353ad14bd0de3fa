import ApusLinux
import ApusMetrics

/// One thing that is read of a subject.
///
/// Every type that is declared with this protocol in this module is a source of the agent: the build lists them
/// (`Plugins/ListConformers`). A new one is a file with its name, its rows and how it is read; the frame does the rest
/// (``SourceReadings``): switching off by name, the last good reading, its age, what reading costs, reserved names.
///
/// ```swift
/// struct ThreadsSource: Source {
///     static let name = "threads"
///     static let cadence = Cadence.scrape
///     static let rows: [Row<UInt64>] = [Row(ServiceProcess.threads) { $0 }]
///     private let process: WatchedProcess
///
///     init?(_ subject: InstanceSubject) throws(LinuxError) {
///         guard let process = try subject.watched() else { return nil }
///         self.process = process
///     }
///
///     func read(at now: Moment) throws(LinuxError) -> UInt64 { try process.sample(at: now.monotonic).threads }
/// }
/// ```
protocol Source<Of>: SendableMetatype {
    /// The kind of subject that has it.
    associatedtype Of: Subject
    /// What one reading says.
    associatedtype Reading: Sendable

    /// The word for it in options and in the label `source`.
    static var name: String { get }
    static var cadence: Cadence { get }
    /// All its series, in the order in which they are served, those of one family side by side.
    static var rows: [Row<Reading>] { get }
    /// Series of families that only the agent's configuration names.
    func configuredRows(in reading: Reading) -> [Row<Reading>]

    /// Opens it for a subject; `nil` when the subject has none of it.
    init?(_ subject: Of) throws(LinuxError)

    /// When the counts of a reading began, in seconds since the Unix epoch; `nil` where nobody knows. It stays as it is while the counts go on,
    /// and is not later than what is counted first. A row may say otherwise (``Row/since(_:)``).
    static func start(in reading: Reading) -> Double?

    /// Reads it. The time is given, never asked for.
    ///
    /// - Throws: ``LinuxError``. The source is opened anew then at its next turn; meanwhile the reading before stands, and grows old.
    ///   Of what is absent or forbidden nothing stands, and of a process that has ended neither.
    mutating func read(at now: Moment) throws(LinuxError) -> Reading

    /// Reads it and says how that went; every source has the one that is written below for all, made for its own types.
    mutating func look(at now: Moment) throws(LinuxError) -> SourceLook<Reading>

    /// Appends what each row has to serve of a reading; every source has the one that is written below for all, made for its own types.
    static func append(_ reading: Reading, _ subject: [UInt8], to values: inout RowValues)

    /// Takes a reading of the sampling loop as the base of later ones.
    mutating func tick(_ reading: Reading)

    /// The age in seconds of what a reading says, where that was heard before it was read; `nil` where nothing was heard yet.
    func age(of reading: Reading) -> Double?

    /// Whether the one that the reading was heard of is in good order.
    func isWell(_ reading: Reading) -> Bool

    /// Why a part of a reading is missing; `nil` where none is, or nobody knows.
    func fault(in reading: Reading) -> LinuxError?
}

extension Source {
    func configuredRows(in reading: Reading) -> [Row<Reading>] { [] }
    static func start(in reading: Reading) -> Double? { nil }
    mutating func tick(_ reading: Reading) {}

    mutating func look(at now: Moment) throws(LinuxError) -> SourceLook<Reading> {
        let reading = try read(at: now)
        let isWell = isWell(reading)
        return SourceLook(
            reading: reading, isWell: isWell, fault: isWell ? nil : fault(in: reading), age: age(of: reading))
    }

    static func append(_ reading: Reading, _ subject: [UInt8], to values: inout RowValues) {
        let rows = rows
        let start = start(in: reading)
        // By place, so that a row is not copied.
        for place in rows.indices { values.append(rows[place].value(reading, subject, start)) }
    }

    func age(of reading: Reading) -> Double? { 0 }
    func isWell(_ reading: Reading) -> Bool { true }
    func fault(in reading: Reading) -> LinuxError? { nil }
}

/// What one reading of a source says, and how that is.
struct SourceLook<Reading: Sendable> {
    let reading: Reading
    let isWell: Bool
    /// Why a part of it is missing.
    let fault: LinuxError?
    /// How old it is, in seconds; `nil` where nothing was heard yet.
    let age: Double?
}

/// How long a reading is used again before its source is read anew.
struct Cadence: Sendable {
    /// Nanoseconds.
    let reuse: UInt64

    /// At each look: what it says is in memory already.
    static let look = Cadence(reuse: 0)
    /// At each turn of the sampling loop: what hardly ever changes.
    static let turn = Cadence(reuse: 60_000_000_000)
    /// At each scrape and each turn of the sampling loop; scrapes that come within 50 ms share one look at the kernel.
    static let scrape = Cadence(reuse: 50_000_000)
}

/// A series that a source has of each of its subjects, or several of one family: the declaration, and what follows from a reading.
struct Row<Reading: Sendable>: Sendable {
    let family: MetricFamily
    /// The labels that are known before anything is read.
    let labels: [(String, String)]
    /// The value of a reading for the subject with these labels, as `LabelBytes` renders them; of a counter, with when it began in seconds since
    /// the Unix epoch.
    let value: @Sendable (Reading, _ subject: [UInt8], _ start: Double?) -> RowValue
}

/// What a row has to serve at a moment.
enum RowValue: Sendable {
    /// No series: a process that has ended has no memory, not a memory of 0.
    case absent
    /// The one series, and when its count began.
    case number(Double, since: Double?)
    /// The one series with a whole number, which is written exactly, and when its count began.
    case whole(UInt64, since: Double?)
    /// Series with labels of their own, made when they are written: there may be many.
    case points(@Sendable () -> [Point])
    /// As many series with labels of their own, made when they are written, where it is known beforehand how many there are.
    case counted(Int, @Sendable () -> [Point])

    /// The number of the one series, where a double has it exactly.
    var plain: Double? {
        switch self {
        case .number(let number, _): number
        case .whole(let number, _): number <= 1 << 53 ? Double(number) : nil
        case .absent, .points, .counted: nil
        }
    }
}

extension Row {
    /// A series without labels of its own.
    init<Number: RowNumber>(
        _ declaration: some MetricDeclaration<NoLabels>, _ value: @escaping @Sendable (Reading) -> Number?
    ) {
        self.init(declaration, NoLabels(), value)
    }

    /// The series of a family that has these labels.
    init<Labels, Number: RowNumber>(
        _ declaration: some MetricDeclaration<Labels>, _ labels: Labels,
        _ value: @escaping @Sendable (Reading) -> Number?
    ) {
        let counts = declaration.family.kind == .counter
        self.init(family: declaration.family, labels: labels.pairs) { reading, _, start in
            value(reading)?.value(since: counts ? start : nil) ?? .absent
        }
    }

    /// The series of a family whose labels follow from the reading.
    static func each<Labels, Number: RowNumber>(
        _ declaration: some MetricDeclaration<Labels>,
        _ series: @escaping @Sendable (Reading) -> [(labels: Labels, value: Number)]
    ) -> Row {
        let counts = declaration.family.kind == .counter
        return Row(family: declaration.family, labels: []) { reading, subject, start in
            let created = counts ? start : nil
            return .points {
                series(reading).map {
                    Point(labels: Self.joined(subject, $0.labels.pairs), value: $0.value.pointValue, created: created)
                }
            }
        }
    }

    /// A series for each of the labels that a family can have, in their order.
    static func all<Labels: EnumerableLabels, Number: RowNumber>(
        _ declaration: some MetricDeclaration<Labels>, _ value: @escaping @Sendable (Reading, Labels) -> Number
    ) -> Row {
        let counts = declaration.family.kind == .counter
        // Rendered once, and not for each subject at each scrape.
        let all = Labels.allCases.map { (labels: $0, rendered: LabelBytes.render($0.pairs)) }
        return Row(family: declaration.family, labels: []) { reading, subject, start in
            let created = counts ? start : nil
            return .counted(all.count) {
                all.map {
                    Point(
                        labels: Self.joined(subject, rendered: $0.rendered), value: value(reading, $0.labels).pointValue,
                        created: created)
                }
            }
        }
    }

    /// The series of a counter whose labels follow from the reading, each with when it began in seconds since the Unix epoch.
    static func eachCounter<Labels, Number: RowNumber>(
        _ declaration: some MetricDeclaration<Labels>,
        _ series: @escaping @Sendable (Reading) -> [(labels: Labels, value: Number, began: Double?)]
    ) -> Row {
        Row(family: declaration.family, labels: []) { reading, subject, _ in
            .points {
                series(reading).map {
                    Point(labels: Self.joined(subject, $0.labels.pairs), value: $0.value.pointValue, created: $0.began)
                }
            }
        }
    }

    /// The row of a counter that began at another time than the other counts of its source.
    func since(_ start: @escaping @Sendable (Reading) -> Double?) -> Row {
        Row(family: family, labels: labels) { [value] reading, subject, _ in value(reading, subject, start(reading)) }
    }

    /// Facts whose labels follow from the reading.
    static func facts<Labels>(
        _ declaration: Info<Labels>, _ labels: @escaping @Sendable (Reading) -> [Labels]
    ) -> Row {
        Row(family: declaration.family, labels: []) { reading, subject, _ in
            .points { labels(reading).map { Point(labels: Self.joined(subject, $0.pairs), value: .info) } }
        }
    }

    /// The subject's labels and a series' own.
    static func joined(_ subject: [UInt8], _ own: [(String, String)]) -> [UInt8] {
        own.isEmpty ? subject : joined(subject, rendered: LabelBytes.render(own))
    }

    /// The subject's labels and a series' own, which are rendered already.
    static func joined(_ subject: [UInt8], rendered own: [UInt8]) -> [UInt8] {
        if own.isEmpty || subject.isEmpty { return own.isEmpty ? subject : own }
        var all: [UInt8] = []
        all.reserveCapacity(subject.count + 1 + own.count)
        all += subject
        all.append(UInt8(ascii: ","))
        all += own
        return all
    }
}
