package import ApusTerminal

/// What a person sees of the fleet and does with it: the table, an open instance, or the keys.
///
/// A value: keys and answers go in, frames come out.
package struct TopView: Sendable {
    /// What the program has to do for a key.
    package enum Action: Hashable, Sendable {
        case quit
        /// Ask the agent for everything of this row.
        case open(TopEntry.Key)
    }

    /// What is known of the open instance.
    package enum Opened: Hashable, Sendable {
        case asked
        case document(OpenedInstance)
        case failed(String)
    }

    enum Mode: Hashable, Sendable {
        case table
        case instance(TopEntry.Key)
        case keys
    }

    let signs: TextCells.Signs
    private(set) var agents: [AgentState] = []
    private(set) var table: TopTable
    private(set) var entries: [TopEntry] = []
    private(set) var mode = Mode.table
    private(set) var order: TopOrder
    private(set) var filter: TopFilter
    /// The text of a filter that is being written.
    private(set) var draft: String?
    private(set) var filterFault: String?
    private(set) var isPaused = false
    private(set) var opened = Opened.asked
    /// The row that is chosen; `nil` as long as none was.
    private var chosen: TopEntry.Key?
    private var chosenPlace = 0
    /// The first row, or line of an open instance, that is on the screen.
    var first = 0
    private var firstOfLines = 0
    private var columns = 80
    private var rows = 24
    private(set) var layout: [TopTable.Layout] = []

    package init(order: TopOrder = TopOrder(), filter: TopFilter = .all, in signs: TextCells.Signs = .utf8) {
        (self.order, self.filter, self.signs) = (order, filter, signs)
        table = TopTable([], filter: filter, order: order, in: signs)
    }

    // MARK: - What comes in

    /// Takes what is known of the agents; a paused view stays as it is.
    package mutating func take(_ agents: [AgentState], at now: ContinuousClock.Instant) {
        guard !isPaused else { return }
        self.agents = agents
        entries = TopEntry.all(of: agents, at: now)
        renew()
    }

    package mutating func resize(columns: Int, rows: Int) {
        guard (columns, rows) != (self.columns, self.rows) else { return }
        (self.columns, self.rows) = (max(1, columns), max(1, rows))
        renew()
    }

    /// Takes what an agent says of an open instance.
    package mutating func take(_ opened: Opened, of key: TopEntry.Key) {
        guard mode == .instance(key) else { return }
        // What was shown stays while it is asked again.
        if opened == .asked, case .document = self.opened { return }
        self.opened = opened
    }

    /// The row that is open.
    package var open: TopEntry.Key? { if case .instance(let key) = mode { key } else { nil } }

    /// The row that is open and of which its agent knows more than the table has: any but a probe.
    package var asked: TopEntry.Key? { open.flatMap { $0.identity.kind == nil ? $0 : nil } }

    /// Whether a course of the last hour is shown.
    package var showsCourses: Bool { signs == .utf8 && columns >= 110 }

    /// Does what a key asks for.
    ///
    /// - Returns: what is left to be done.
    package mutating func press(_ key: TerminalKey) -> Action? {
        if draft != nil {
            edit(key)
            return nil
        }
        if key == .character("q") || key == .control("c") { return .quit }
        switch mode {
        case .keys: mode = .table
        case .instance: pressInInstance(key)
        case .table: return pressInTable(key)
        }
        return nil
    }

    private mutating func pressInInstance(_ key: TerminalKey) {
        switch key {
        case .escape, .enter, .backspace, .left: mode = .table
        case .down, .character("j"): firstOfLines += 1
        case .up, .character("k"): firstOfLines -= 1
        case .pageDown, .character(" "): firstOfLines += page
        case .pageUp: firstOfLines -= page
        case .home: firstOfLines = 0
        case .end: firstOfLines = .max / 2
        default: break
        }
        firstOfLines = max(0, firstOfLines)
    }

    private mutating func pressInTable(_ key: TerminalKey) -> Action? {
        switch key {
        case .down, .character("j"): choose(chosen == nil ? 0 : chosenPlace + 1)
        case .up, .character("k"): choose(chosenPlace - 1)
        case .pageDown, .character(" "): choose(chosenPlace + page)
        case .pageUp: choose(chosenPlace - page)
        case .home: choose(0)
        case .end: choose(table.entries.count - 1)
        case .character("s"), .character(">"): sort(order.moved(by: 1))
        case .character("S"), .character("<"): sort(order.moved(by: -1))
        case .character("r"): sort(TopOrder(order.key, reversed: !order.isReversed))
        case .character("/"): draft = filter.text
        case .character("p"): isPaused.toggle()
        case .character("h"), .character("?"): mode = .keys
        case .escape:
            if !filter.isEmpty {
                apply(.all)
            } else {
                chosen = nil
                (chosenPlace, first) = (0, 0)
            }
        case .enter, .right:
            guard let entry = table.entries.indices.contains(chosenPlace) ? table.entries[chosenPlace] : nil else { return nil }
            choose(chosenPlace)
            mode = .instance(entry.key)
            (opened, firstOfLines) = (.asked, 0)
            showProbe()
            return asked.map { .open($0) }
        default: break
        }
        return nil
    }

    private mutating func edit(_ key: TerminalKey) {
        guard var text = draft else { return }
        switch key {
        case .escape:
            (draft, filterFault) = (nil, nil)
            apply(.all)
            return
        case .enter:
            if filterFault == nil { draft = nil }
            return
        case .backspace: if !text.isEmpty { text.unicodeScalars.removeLast() }
        case .control("u"): text = ""
        case .character(let letter):
            guard text.unicodeScalars.count < TopFilter.longest else { return }
            text.unicodeScalars.append(letter)
        default: return
        }
        draft = text
        do throws(TopFilterFault) {
            let filter = try TopFilter(text)
            filterFault = nil
            apply(filter)
        } catch { filterFault = error.description }
    }

    private mutating func apply(_ filter: TopFilter) {
        self.filter = filter
        renew()
    }

    private mutating func sort(_ order: TopOrder) {
        self.order = order
        renew()
    }

    private mutating func choose(_ place: Int) {
        chosenPlace = min(max(0, place), max(0, table.entries.count - 1))
        chosen = table.entries.indices.contains(chosenPlace) ? table.entries[chosenPlace].key : nil
        scroll()
    }

    private mutating func renew() {
        table = TopTable(entries, filter: filter, order: order, in: signs)
        layout = table.layout(width: columns, agents: agents.count > 1)
        showProbe()
        // The row that is chosen stays so wherever it goes; of one that is gone its place.
        if let chosen, let place = table.entries.firstIndex(where: { $0.key == chosen }) {
            chosenPlace = place
        } else if chosen != nil, open == nil {
            choose(chosenPlace)
        }
        scroll()
    }

    /// Shows what the table has of an open probe.
    private mutating func showProbe() {
        guard asked == nil, let open, let entry = entries.first(where: { $0.key == open }) else { return }
        let facts = agents.indices.contains(entry.agent) ? agents[entry.agent].facts : nil
        opened = .document(OpenedInstance(probe: entry.row, of: facts))
    }

    private mutating func scroll() {
        let room = roomForRows
        let most = max(0, table.entries.count - room)
        if chosen != nil {
            if chosenPlace < first { first = chosenPlace }
            if chosenPlace >= first + room { first = chosenPlace - room + 1 }
        }
        first = min(max(0, first), most)
    }

    private var page: Int { max(1, roomForRows - 1) }

    /// The rows of the table that the screen has room for.
    private var roomForRows: Int { max(1, rows - above.count - 2) }

    // MARK: - What goes out

    /// What the screen shows.
    package mutating func frame(at now: ContinuousClock.Instant) -> ScreenFrame {
        let head = heads(at: now)
        var lines: [StyledLine]
        switch mode {
        case .table: lines = head + tableLines
        case .keys: lines = head + TopKeys.lines(in: signs)
        case .instance(let key): lines = head + instanceLines(of: key)
        }
        lines = Array(lines.prefix(max(0, rows - 1)))
        lines += Array(repeating: StyledLine(), count: max(0, rows - 1 - lines.count))
        lines.append(foot)
        return ScreenFrame(columns: columns, rows: rows, lines: rows == 1 ? [head.first ?? StyledLine()] : lines, in: signs)
    }

    private var tableLines: [StyledLine] {
        var lines = [table.headings(layout).fitted(to: columns, as: CellStyle(bold: true, turned: true), in: signs)]
        guard !table.entries.isEmpty else {
            return lines + [StyledLine(), StyledLine(TextCells(emptyText, atMost: columns, in: signs), CellStyle(dim: true))]
        }
        for place in table.entries.indices.dropFirst(first).prefix(roomForRows) {
            let line = table.line(of: table.entries[place], layout)
            let isChosen = chosen != nil && place == chosenPlace
            lines.append(isChosen ? line.fitted(to: columns, as: CellStyle(turned: true), in: signs) : line)
        }
        return lines
    }

    private var emptyText: String {
        if table.hidden > 0 { return "No row passes the filter; Esc shows all." }
        if agents.allSatisfy({ $0.answered == nil }) { return "No agent has answered yet." }
        return "No service reports yet, and the agents watch none: see docs/reporting.md and docs/watching.md."
    }

    private mutating func instanceLines(of key: TopEntry.Key) -> [StyledLine] {
        let entry = entries.first { $0.key == key }
        var title = StyledLine()
        let name = entry.map { "\($0.row.service) / \($0.row.instance)" } ?? "The instance is gone."
        title.append(TextCells(name, atMost: columns, in: signs), CellStyle(bold: true))
        if let entry, agents.count > 1 { title.append(TextCells("  at \(entry.agentLabel)", in: signs), CellStyle(dim: true)) }
        var lines: [StyledLine] =
            switch opened {
            case .asked: [StyledLine(TextCells("Asking its agent ...", in: signs), CellStyle(dim: true))]
            case .failed(let reason): [StyledLine(TextCells(reason, atMost: columns, in: signs), CellStyle(.red))]
            case .document(let document): InstanceLines(document: document, signs: signs, width: columns).lines
            }
        let room = max(1, rows - above.count - 2)
        firstOfLines = min(firstOfLines, max(0, lines.count - room))
        lines = Array(lines.dropFirst(firstOfLines))
        return [title] + lines
    }

    private var foot: StyledLine {
        if let draft {
            var line = StyledLine(TextCells("/", in: signs), CellStyle(bold: true))
            // The end of what is written is what is seen of it.
            let room = max(1, columns - 2 - (filterFault == nil ? 0 : 4))
            let own = TextCells(String(String.UnicodeScalarView(draft.unicodeScalars.suffix(room / 2))), in: signs)
            line.append(own)
            line.append(TextCells(" ", in: signs), CellStyle(turned: true))
            if let filterFault { line.append(TextCells("  \(filterFault)", in: signs), CellStyle(.red)) }
            return line
        }
        let keys =
            switch mode {
            case .table: "q quit  s sort  r reverse  / filter  Enter open  p pause  h keys"
            case .instance: "Esc back  arrows scroll  q quit"
            case .keys: "any key goes back"
            }
        return StyledLine(TextCells(keys, atMost: columns, in: signs), CellStyle(dim: true))
    }
}
