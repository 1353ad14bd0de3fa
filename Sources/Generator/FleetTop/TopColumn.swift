package import ApusTerminal

/// A column of the table, by the order from left to right.
package enum TopColumn: String, CaseIterable, Sendable {
    case agent, service, instance, state, cpu, cpuCourse, memory, memoryCourse, heap, connections, queue, oldest, restarts
    case threads, files, since, pid, kind, unit, error

    /// The heading.
    package var title: String {
        switch self {
        case .agent: "AGENT"
        case .service: "SERVICE"
        case .instance: "INSTANCE"
        case .state: "STATE"
        case .cpu: "CPU%"
        case .cpuCourse: "CPU, 1 HOUR"
        case .memory: "MEM"
        case .memoryCourse: "MEM, 1 HOUR"
        case .heap: "HEAP"
        case .connections: "CONN"
        case .queue: "QUEUE"
        case .oldest: "OLDEST"
        case .restarts: "RST"
        case .threads: "THR"
        case .files: "FILES"
        case .since: "SINCE"
        case .pid: "PID"
        case .kind: "KIND"
        case .unit: "UNIT"
        case .error: "LAST ERROR"
        }
    }

    package var alignment: TextCells.Alignment {
        switch self {
        case .agent, .service, .instance, .state, .cpuCourse, .memoryCourse, .kind, .unit, .error: .left
        default: .right
        }
    }

    /// Which columns there are first where not all fit: the least first.
    package static let byImportance: [TopColumn] = [
        .instance, .state, .cpu, .memory, .service, .queue, .restarts, .connections, .heap, .agent, .error, .since, .cpuCourse,
        .memoryCourse, .oldest, .threads, .files, .pid, .unit, .kind,
    ]

    /// The cells that a column has at least; its texts are cut there.
    package var least: Int {
        switch self {
        case .agent: 22
        case .service: 14
        case .instance: 18
        case .state: 5
        case .cpuCourse, .memoryCourse: 20
        case .connections: 5
        case .error: 8
        case .unit: 12
        default: title.count
        }
    }

    /// The cells past which a column is not made wider for its texts.
    package var most: Int {
        switch self {
        case .service, .instance, .agent, .unit: 40
        case .error: 200
        default: 24
        }
    }

    /// The key by which its heading shows the order.
    package var order: TopOrder.Key? {
        switch self {
        case .state: .state
        case .cpu: .cpu
        case .memory: .memory
        case .heap: .heap
        case .connections: .connections
        case .queue: .queue
        case .restarts: .restarts
        case .instance: .name
        default: nil
        }
    }

    /// What is shown of a row; a dash for what the agent does not know.
    package func text(of entry: TopEntry) -> String {
        let row = entry.row
        func figure(_ value: Double?, _ form: (Double) -> String) -> String { value.map(form) ?? "-" }
        switch self {
        case .agent: return entry.agentLabel
        case .service: return row.service
        case .instance: return row.instance
        case .state: return row.state == .unknown ? "?" : row.state.rawValue
        case .cpu: return figure(row.cpuPercent, FigureText.percent)
        case .cpuCourse: return Sparkline.text(entry.course?.cpuPercent ?? [], width: least, least: 10)
        case .memory: return figure(row.residentBytes, FigureText.bytes)
        case .memoryCourse: return Sparkline.text(entry.course?.residentBytes ?? [], width: least, least: 1)
        case .heap: return figure(row.heapBytes, FigureText.bytes)
        case .connections: return Self.part(row.connections?.used, of: row.connections?.max)
        case .queue: return figure(row.queue?.depth, FigureText.count)
        case .oldest: return figure(row.queue?.oldestAgeSeconds, FigureText.duration)
        case .restarts: return figure(row.restarts ?? row.unitRestarts, FigureText.count)
        case .threads: return figure(row.threads, FigureText.count)
        case .files: return Self.part(row.openFiles, of: row.maxFiles)
        case .since: return figure(entry.age(of: row.sinceTime), FigureText.duration)
        case .pid: return figure(row.pid, FigureText.whole)
        case .kind: return row.kind
        case .unit: return row.unit ?? "-"
        case .error: return Self.error(of: entry)
        }
    }

    private static func part(_ used: Double?, of most: Double?) -> String {
        guard let used else { return "-" }
        return FigureText.count(used) + (most.map { "/\(FigureText.count($0))" } ?? "")
    }

    private static func error(of entry: TopEntry) -> String {
        if entry.row.state == .hung, let reason = entry.row.hungReason { return reason }
        guard let error = entry.row.lastError else { return "-" }
        let age = entry.age(of: error.time).map { "\(FigureText.duration($0)) ago" }
        let words = error.message ?? error.priority ?? "failure"
        return age.map { "\($0): \(words)" } ?? words
    }

    /// The look of its cell.
    package func style(of entry: TopEntry) -> CellStyle {
        if entry.isStale { return CellStyle(dim: true) }
        let row = entry.row
        switch self {
        case .state:
            return look(of: row.state)
        case .agent, .kind, .since, .pid: return CellStyle(dim: true)
        case .service, .instance: return CellStyle(bold: row.state == .down || row.state == .hung)
        case .connections:
            guard let used = row.connections?.used, let most = row.connections?.max, most > 0 else { return .plain }
            return used >= most ? CellStyle(.red) : used > most * 0.8 ? CellStyle(.yellow) : .plain
        case .cpuCourse, .memoryCourse: return CellStyle(.cyan)
        case .error: return row.lastError == nil && row.state != .hung ? CellStyle(dim: true) : .plain
        default: return text(of: entry) == "-" ? CellStyle(dim: true) : .plain
        }
    }

    /// The look of a state, which is a word too.
    package func look(of state: TopRow.State) -> CellStyle {
        switch state {
        case .down: CellStyle(.red, bold: true)
        case .hung: CellStyle(.magenta, bold: true)
        case .ended, .unknown: CellStyle(.yellow)
        case .up: CellStyle(.green)
        }
    }
}
