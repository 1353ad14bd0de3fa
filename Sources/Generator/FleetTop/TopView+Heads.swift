import ApusTerminal

extension TopView {
    /// How many agents that do not answer are named.
    private static let mostNamed = 3

    /// The lines above the table, as far as their number goes: it decides how many rows fit.
    var above: [StyledLine] { heads(at: nil) }

    /// The line of counts, those of agents with something to say, and that of order and filter.
    ///
    /// - Parameter now: `nil` where only their number matters.
    func heads(at now: ContinuousClock.Instant?) -> [StyledLine] {
        var lines = [counts(at: now)]
        let silent = agents.filter { $0.failure != nil }
        for agent in silent.prefix(Self.mostNamed) {
            let age = now.flatMap { agent.age(at: $0) }
            let since = age.map { ", its rows are \(FigureText.duration($0 / .seconds(1))) old" } ?? ""
            lines.append(
                StyledLine(TextCells("\(agent.label): \(agent.failure ?? "")\(since)", in: signs), CellStyle(.red)))
        }
        if silent.count > Self.mostNamed {
            lines.append(
                StyledLine(
                    TextCells("and \(silent.count - Self.mostNamed) more agents do not answer", in: signs), CellStyle(.red)))
        }
        lines.append(choices)
        return lines
    }

    private func counts(at now: ContinuousClock.Instant?) -> StyledLine {
        var line = StyledLine(TextCells("apus top", in: signs), CellStyle(bold: true))
        let silent = agents.count { $0.failure != nil }
        if agents.count == 1, let facts = agents.first?.facts {
            line.append(TextCells("  \(facts.host ?? agents[0].label)", atMost: 30, in: signs))
        } else {
            line.append(TextCells("  \(agents.count) agents", in: signs))
        }
        if silent > 0 { line.append(TextCells(" (\(silent) silent)", in: signs), CellStyle(.red, bold: true)) }
        for state in [TopRow.State.up, .down, .hung, .ended, .unknown] {
            let number = entries.count { $0.row.state == state }
            guard number > 0 || state == .up else { continue }
            line.append(TextCells("  \(number) \(state.rawValue)", in: signs), TopColumn.state.look(of: state))
        }
        let leftOut = agents.reduce(0) { $0 + $1.rowsLeftOut }
        if leftOut > 0 { line.append(TextCells("  \(leftOut) left out", in: signs), CellStyle(.yellow)) }
        if isPaused { line.append(TextCells("  PAUSED", in: signs), CellStyle(.yellow, bold: true)) }
        // Of the agents that answer the one that is furthest behind.
        let ages = now.map { now in agents.filter { $0.failure == nil }.compactMap { $0.age(at: now) } } ?? []
        if let age = ages.max() {
            line.append(TextCells("  \(FigureText.duration(age / .seconds(1))) old", in: signs), CellStyle(dim: true))
        }
        return line
    }

    private var choices: StyledLine {
        var line = StyledLine(
            TextCells("sort \(order.key.rawValue)\(order.isReversed ? ", reversed" : "")", in: signs), CellStyle(dim: true))
        if !filter.isEmpty {
            line.append(TextCells("  filter \(filter.text)", in: signs), CellStyle(.yellow))
            line.append(TextCells("  \(table.hidden) hidden", in: signs), CellStyle(dim: true))
        }
        return line
    }
}
