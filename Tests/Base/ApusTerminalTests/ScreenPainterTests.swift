import ApusTerminal
import Testing

/// Frames as they are sent to a terminal.
@Suite struct ScreenPainterTests {
    private func frame(_ lines: [String], columns: Int = 4, style: CellStyle = .plain) -> ScreenFrame {
        ScreenFrame(columns: columns, rows: lines.count, lines: lines.map { StyledLine(TextCells($0), style) })
    }

    private func text(_ painter: inout ScreenPainter, _ frame: ScreenFrame) -> String {
        String(decoding: painter.bytes(for: frame), as: UTF8.self)
    }

    @Test func `only lines that differ are sent`() {
        var painter = ScreenPainter(colours: true)
        #expect(text(&painter, frame(["ab", "cd"])) == "\u{1B}[0m\u{1B}[2J\u{1B}[1;1Hab  \u{1B}[2;1Hcd  ")
        #expect(text(&painter, frame(["ab", "cd"])) == "")
        #expect(text(&painter, frame(["ab", "e"])) == "\u{1B}[2;1He   ")
        painter.forget()
        #expect(text(&painter, frame(["ab", "e"])).hasPrefix("\u{1B}[0m\u{1B}[2J\u{1B}[1;1Hab"))
        #expect(
            text(&painter, frame(["abc", "e"], columns: 3)).hasPrefix("\u{1B}[0m\u{1B}[2J"), "another size is a new screen")
    }

    @Test func `each line is as wide as the screen, and sets its looks itself`() {
        var line = StyledLine(TextCells("日本語"), CellStyle(.red, bold: true))
        line.append(TextCells("x"))
        let cut = line.fitted(to: 5)
        #expect(cut.text == "日本…" && cut.width == 5)
        #expect(line.fitted(to: 9).text == "日本語x  ")
        #expect(line.sequence(colours: true) == "\u{1B}[0;1;31m日本語\u{1B}[0mx")
        #expect(line.sequence(colours: false) == "\u{1B}[0;1m日本語\u{1B}[0mx")
        #expect(StyledLine(TextCells("x"), CellStyle(turned: true)).sequence(colours: true) == "\u{1B}[0;7mx\u{1B}[0m")
    }

    @Test func `a screen of no size is nothing`() {
        var painter = ScreenPainter(colours: true)
        #expect(text(&painter, ScreenFrame(columns: 0, rows: 0, lines: [StyledLine(TextCells("x"))])) == "\u{1B}[0m\u{1B}[2J")
    }
}
