import ApusTerminal
import FleetTop
import Testing

/// What the environment says of the terminal.
@Suite struct ChoiceTests {
    @Test(arguments: [
        (["LANG": "C.UTF-8"], TextCells.Signs.utf8), (["LANG": "de_DE.utf8"], .utf8), (["LANG": "C"], .ascii), ([:], .ascii),
        (["LC_ALL": "C", "LANG": "C.UTF-8"], .ascii), (["LC_ALL": "", "LC_CTYPE": "en_US.UTF-8", "LANG": "C"], .utf8),
    ])
    func `the locale says which signs there are`(environment: [String: String], signs: TextCells.Signs) {
        #expect(TextCells.Signs(environment) == signs)
    }

    @Test func `colours are for terminals, and for whoever wants them`() {
        let usual = ["TERM": "xterm"]
        #expect(ColourChoice.auto.isOn(usual, isTerminal: true) && !ColourChoice.auto.isOn(usual, isTerminal: false))
        #expect(!ColourChoice.auto.isOn(["TERM": "xterm", "NO_COLOR": "1"], isTerminal: true))
        #expect(ColourChoice.auto.isOn(["TERM": "xterm", "NO_COLOR": ""], isTerminal: true))
        #expect(!ColourChoice.auto.isOn(["TERM": "dumb"], isTerminal: true) && !ColourChoice.auto.isOn([:], isTerminal: true))
        #expect(
            ColourChoice.always.isOn(["NO_COLOR": "1"], isTerminal: false) && !ColourChoice.never.isOn(usual, isTerminal: true))
    }
}
