import ApusText

extension FleetService {
    /// Words that a shell or systemd would read as more than words, and what the program itself finds wrong.
    func programFaults(in fleet: Fleet) -> [FleetFault] {
        let command = fleet.command(of: self)
        if runtime != .swift, program is ServiceCommand.Usual {
            return [
                .contradiction("nothing says how \(name) is started: give it a program, or found: what starts it", place: place)
            ]
        }
        let literals = (command.arguments.flatMap(\.words) + command.environment.values).flatMap(\.parts).compactMap {
            part -> String? in
            if case .text(let text) = part { text } else { nil }
        }
        let words = literals + command.environment.keys.sorted() + (command.probe?.words ?? [])
        var faults: [FleetFault] = words.filter { !LegalText.isPlain($0) || $0.contains("%") }.map {
            .contradiction(
                "the argument, variable or word of a probe “\($0)” of \(name) is illegal: write it without white space, quotes, % $ ` and "
                    + "backslashes", place: place)
        }
        if !LegalText.isWords(command.executable.name) {
            faults.append(
                .contradiction(
                    "the executable “\(command.executable.name)” of \(name) is illegal: use letters, digits and . _ -",
                    place: place))
        }
        if let path = command.executable.path, !Installation.isPlainPath(path) {
            faults.append(.illegalPath(name: "the executable of \(name)", path: path, place: place))
        }
        if command.probe?.command.isEmpty == true {
            faults.append(
                .contradiction("the probe of \(name) has no command: name its executable, or give no probe", place: place))
        }
        let range = Duration.milliseconds(1)...Duration.seconds(7 * 86_400)
        let times =
            [("the stop of \(name)", command.stopGrace)] + (command.watchdog.map { [("the watchdog of \(name)", $0)] } ?? [])
        faults += times.filter { !range.contains($0.1) || DurationText.milliseconds($0.1) == nil }
            .map { .durationOutOfRange(name: $0.0, value: $0.1, range: range, place: place) }
        return faults + program.faults(of: self, in: fleet)
    }
}
