import ApusTerminal

/// The lines of an open instance: everything that its agent knows of it.
struct InstanceLines {
    let document: OpenedInstance
    let signs: TextCells.Signs
    let width: Int

    private static let nameWidth = 14

    var lines: [StyledLine] {
        let row = document.row
        let time = document.agent?.time
        func age(_ moment: Double?) -> String? {
            guard let moment, let time else { return nil }
            return FigureText.duration(time - moment)
        }
        var lines: [StyledLine] = []
        guard row.kind != "probe" else { return probe(age) }
        lines += section("Instance")
        lines += [
            pair(
                "state", row.state.rawValue + (row.hungReason.map { ": \($0)" } ?? ""),
                style: TopColumn.state.look(of: row.state)),
            pair("since", age(row.sinceTime)), pair("kind", row.kind), pair("pid", row.pid.map(FigureText.whole)),
            pair("uptime", document.uptimeSeconds.map(FigureText.duration)),
            pair("heartbeat", document.heartbeatAgeSeconds.map { "\(FigureText.duration($0)) ago" }),
            pair(
                "CPU",
                row.cpuPercent.map {
                    "\(FigureText.percent($0)) % of a core"
                        + (row.cpuSeconds.map { ", \(FigureText.duration($0)) in all" } ?? "")
                }),
            pair("memory", memory), pair("heap", row.heapBytes.map(FigureText.bytes)),
            pair("threads", row.threads.map(FigureText.count)), pair("files", part(row.openFiles, row.maxFiles)),
            pair("connections", part(row.connections?.used, row.connections?.max)), pair("queue", queue),
            pair("restarts", row.restarts.map(FigureText.count)),
        ].compactMap(\.self)
        lines += unit + processes
        lines += values("Connection pools", document.connectionPools) + values("Queue", document.queueStates)
        lines += errors(age)
        lines += bounds + sources
        return lines
    }

    private func probe(_ age: (Double?) -> String?) -> [StyledLine] {
        let row = document.row
        return section("Probe")
            + [
                pair("state", row.state.rawValue, style: TopColumn.state.look(of: row.state)), pair("kind", row.unit),
                pair("answered", age(row.answerTime).map { "\($0) ago" } ?? "never"),
                pair("took", row.durationSeconds.map { "\(FigureText.count(($0 * 10_000).rounded() / 10)) ms" }),
                pair("failures", row.failures.map(FigureText.count)),
                pair("last failure", row.lastError.map { (age($0.time).map { "\($0) ago: " } ?? "") + ($0.message ?? "-") }),
            ].compactMap(\.self)
    }

    private var memory: String? {
        let parts = [
            document.row.residentBytes.map { "\(FigureText.bytes($0)) resident" },
            document.virtualBytes.map { "\(FigureText.bytes($0)) virtual" },
        ].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    private var queue: String? {
        document.row.queue?.depth.map { depth in
            FigureText.count(depth)
                + (document.row.queue?.oldestAgeSeconds.map { ", the oldest waits for \(FigureText.duration($0))" } ?? "")
        }
    }

    private var unit: [StyledLine] {
        guard let unit = document.unit else { return [] }
        let state = [unit.activeState, unit.subState].compactMap(\.self).joined(separator: ", ")
        return section("Unit")
            + [
                pair("unit", unit.unit), pair("state", state.isEmpty ? nil : state), pair("result", unit.result),
                pair("restarts", unit.restarts.map(FigureText.count)), pair("memory", unit.memoryBytes.map(FigureText.bytes)),
                pair("tasks", part(unit.tasks, unit.tasksMax)),
            ].compactMap(\.self)
    }

    private var processes: [StyledLine] {
        guard let processes = document.processes else { return [] }
        let counts = [
            ("running", processes.running), ("sleeping", processes.sleeping), ("stopped", processes.stopped),
            ("zombie", processes.zombie), ("started", processes.started), ("ended", processes.ended),
        ].compactMap { name, count in count.map { "\(FigureText.count($0)) \(name)" } }
        return section("Processes")
            + [
                pair("count", processes.count.map(FigureText.count)),
                pair("states", counts.isEmpty ? nil : counts.joined(separator: ", ")),
            ]
            .compactMap(\.self)
    }

    private func values(_ title: String, _ values: [OpenedInstance.Value]?) -> [StyledLine] {
        guard let values, !values.isEmpty else { return [] }
        return section(title)
            + values.prefix(50).compactMap { value in
                let labels = (value.labels ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                return pair(value.value.map(FigureText.count) ?? "-", labels.joined(separator: " "))
            }
    }

    private func errors(_ age: (Double?) -> String?) -> [StyledLine] {
        guard let errors = document.errors, !errors.isEmpty else { return [] }
        let without =
            document.messagesIncluded == false
            ? [StyledLine(cut("  the agent gives no texts to this client: see its --journal-messages"), CellStyle(dim: true))]
            : []
        return section("Last errors in the journal") + without
            + errors.prefix(20).compactMap { error in
                pair(
                    age(error.time).map { "\($0) ago" } ?? "-",
                    [error.priority, error.message].compactMap(\.self).joined(separator: ": "))
            }
    }

    private var bounds: [StyledLine] {
        guard let limits = document.limits, !limits.isEmpty else { return [] }
        return section("Limits") + limits.prefix(50).compactMap { pair($0.limit ?? "-", part($0.value, $0.most)) }
    }

    private var sources: [StyledLine] {
        guard let sources = document.sources, !sources.isEmpty else { return [] }
        return section("Sources, their age and what reading them costs")
            + sources.prefix(100).compactMap { source in
                let read = source.readSeconds.map { "\(FigureText.count(($0 * 10_000_000).rounded() / 10)) us" } ?? "-"
                return pair(
                    source.source ?? "-",
                    [source.status ?? "-", source.ageSeconds.map { "\(FigureText.duration($0)) old" } ?? "-", read].joined(
                        separator: ", "),
                    style: source.status == "fail" ? CellStyle(.red) : .plain)
            }
    }

    private func part(_ value: Double?, _ most: Double?) -> String? {
        value.map { FigureText.count($0) + (most.map { " of \(FigureText.count($0))" } ?? "") }
    }

    private func section(_ title: String) -> [StyledLine] { [StyledLine(), StyledLine(cut(title), CellStyle(bold: true))] }

    /// A line with a name and what it is; `nil` where that is not known.
    private func pair(_ name: String, _ text: String?, style: CellStyle = .plain) -> StyledLine? {
        guard let text, !text.isEmpty else { return nil }
        var line = StyledLine(.blank(2))
        line.append(
            TextCells(name, atMost: Self.nameWidth, in: signs).fitted(to: Self.nameWidth, in: signs), CellStyle(dim: true))
        line.append(.blank(1))
        line.append(cut(text), style)
        return line
    }

    private func cut(_ text: String) -> TextCells { TextCells(text, atMost: max(1, width), in: signs) }
}
