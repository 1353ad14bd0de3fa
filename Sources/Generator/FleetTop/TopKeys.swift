import ApusTerminal

/// The keys and what they do.
enum TopKeys {
    private static let keys = [
        ("arrows, j, k", "choose a row; PgUp, PgDn, Home and End go further"),
        ("Enter", "open the row that is chosen, Esc goes back"),
        ("s, > and S, <", "sort by the next and the previous: state, CPU, memory, heap, connections, queue, restarts, name"),
        ("r", "the other way round"),
        ("/", "filter: words that are in service, instance or unit, all of them"),
        ("", "state:down agent:db2 kind:group unit:x error:timeout look in one place, -word leaves out"),
        ("Esc", "no filter"), ("p", "pause, and go on"), ("q, Ctrl-C", "quit"), ("Ctrl-Z", "stop; fg goes on"),
    ]

    static func lines(in signs: TextCells.Signs) -> [StyledLine] {
        [StyledLine(TextCells("Keys", in: signs), CellStyle(bold: true)), StyledLine()]
            + keys.map { key, what in
                var line = StyledLine(TextCells("  \(key)", in: signs).fitted(to: 18, in: signs), CellStyle(bold: true))
                line.append(TextCells(what, in: signs))
                return line
            }
    }
}
