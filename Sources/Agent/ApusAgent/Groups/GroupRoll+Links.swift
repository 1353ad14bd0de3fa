import ApusLimits
import ApusLinux

/// The links of programs, which a deployment has lead elsewhere while they are watched.
extension GroupRoll {
    /// The programs whose links are to be looked at in this turn, of as many as one turn looks at.
    mutating func programsInTurn() -> [String] {
        let behind = programs.firstIndex { $0 > lastProgram } ?? 0
        let some = (programs[behind...] + programs[..<behind]).prefix(WatchLimits.links.value)
        lastProgram = some.last ?? ""
        return Array(some)
    }

    /// Takes the links of programs as they are now. Where one leads to another file, every process is asked again at this turn.
    mutating func take(_ links: [String: FoundLinks]) {
        guard !links.isEmpty else { return }
        var isChanged = false
        for group in declarations.indices {
            for place in declarations[group].selectors.indices {
                guard let program = declarations[group].selectors[place].executable?.program, let found = links[program],
                    declarations[group].selectors[place].executable?.take(found) == true
                else { continue }
                isChanged = true
            }
        }
        // A program that had no link needs no argument of anybody.
        aspects = declarations.aspects
        guard isChanged else { return }
        for member in members.values { member.isSettled = false }
        for pid in Array(strangers.keys) { strangers[pid]?.isSettled = false }
    }
}
