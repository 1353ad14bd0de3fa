import ApusLimits
import ApusJournal
import ApusLinux
import ApusPatterns
import ApusText
import ApusYAML

/// What a map below `match` comes to.
struct SelectorReading {
    /// `nil` when something of it is wrong.
    let selector: ProcessSelector?
    /// The names of the groups of its command, and what its control group says; `nil` when the command is wrong.
    let captures: Set<String>?
    let place: TextPlace
}

extension WatchFileParser {
    /// The selectors of a map, or of a list of maps.
    mutating func selectors(_ value: PlacedYAML) -> [SelectorReading] {
        guard case .sequence(let elements) = value.value else { return [selector(value)] }
        let most = WatchLimits.selectors.value
        if elements.isEmpty { note("match chooses nothing: write a map with \(Self.choices)", at: value.place) }
        if elements.count > most {
            note("more than \(most) maps below match: say the same by one expression, (one|two)", at: elements[most].place)
        }
        return elements.prefix(most).map { selector($0) }
    }

    private static let choices = "at least one of the keys \(WatchKey.ofMatch.joined(separator: ", "))"

    private mutating func selector(_ value: PlacedYAML) -> SelectorReading {
        let before = faults.count
        guard let keys = keys(of: value, WatchKey.ofMatch, in: "match") else {
            return SelectorReading(selector: nil, captures: nil, place: value.place)
        }
        if keys.isEmpty, faults.count == before {
            note("match chooses every process: write a map with \(Self.choices)", at: value.place)
        }
        let command = keys["command"].flatMap { self.command($0) }
        let executable = keys["executable"].flatMap { value in
            pattern(value, "executable").map { ExecutablePattern($0, at: value.place, paths) }
        }
        let user = keys["user"].flatMap { self.user($0) }
        let unit = keys["unit"].flatMap { self.unit($0) }
        let controlGroup = keys["cgroup"].flatMap { self.controlGroup($0) }
        let pidFile = keys["pid_file"].flatMap { self.pidFile($0) }
        let selector = ProcessSelector(
            executable: executable, command: command, user: user, unit: unit,
            controlGroup: controlGroup, pidFile: pidFile, place: value.place)
        // The control group says which container it is of.
        let known: Set<String> = keys["cgroup"] == nil && keys["unit"] == nil ? [] : [GroupDeclaration.container]
        return SelectorReading(
            selector: faults.count == before ? selector : nil,
            captures: keys["command"] == nil ? known : command?.captures.union(known), place: value.place)
    }

    // MARK: - Keys

    private mutating func command(_ value: PlacedYAML) -> CommandPattern? {
        guard let text = pattern(value, "command") else { return nil }
        do throws(RegularExpressionFault) { return try CommandPattern(text) } catch {
            let place = String(decoding: text.utf8.prefix(error.offset), as: UTF8.self).unicodeScalars.count + 1
            note("command is no regular expression of PCRE2: at its character \(place): \(error.reason)", at: value.place)
            return nil
        }
    }

    private mutating func user(_ value: PlacedYAML) -> UserChoice? {
        guard let text = text(value, "user") else { return nil }
        if text.utf8.allSatisfy({ (48...57).contains($0) }) {
            if let number = UInt32(text), number != ReportPeer.unknownUser { return UserChoice(name: nil, number: number) }
            note("user \(text.quotedExcerpt()) is no number of a user: write it as `id -u` does", at: value.place)
            return nil
        }
        let number = UserAccount.uid(of: text)
        // One file may be for several hosts.
        if number == nil {
            remark(
                "there is no user \(text.quotedExcerpt()) on this host, so that nothing matches here: make it and reload the agent, or "
                    + "write another one", at: value.place)
        }
        return UserChoice(name: text, number: number)
    }

    private mutating func unit(_ value: PlacedYAML) -> UnitPattern? {
        guard let text = text(value, "unit") else { return nil }
        guard let pattern = UnitPattern(text) else {
            note(
                "unit \(text.quotedExcerpt()) is no unit: write its name with its type, such as nginx.service, or a glob",
                at: value.place)
            return nil
        }
        return pattern
    }

    private mutating func controlGroup(_ value: PlacedYAML) -> PathGlob? {
        guard let text = pattern(value, "cgroup") else { return nil }
        guard text.hasPrefix("/") || text.hasPrefix("**") else {
            note(
                "cgroup \(text.quotedExcerpt()) does not begin with a slash: write its path from the mount on, such as "
                    + "/system.slice/nginx.service", at: value.place)
            return nil
        }
        guard text != "/" else {
            note("cgroup “/” holds every process: write a group below it", at: value.place)
            return nil
        }
        return PathGlob(text.hasSuffix("/") ? String(text.dropLast()) : text)
    }

    private mutating func pidFile(_ value: PlacedYAML) -> PidFile? {
        guard let text = text(value, "pid_file") else { return nil }
        guard text.hasPrefix("/") else {
            note(
                "pid_file \(text.quotedExcerpt()) is no absolute path: write one, such as /run/checkout.pid", at: value.place)
            return nil
        }
        return PidFile(path: text, place: value.place, paths: paths)
    }

    /// A text of bounded length.
    mutating func pattern(
        _ value: PlacedYAML, _ key: String, _ remedy: String = "write several maps below match"
    ) -> String? {
        guard let text = text(value, key) else { return nil }
        let longest = WatchLimits.pattern.value
        guard text.utf8.count <= longest.bytes else {
            note("\(key) has more than \(longest.limitText): \(remedy)", at: value.place)
            return nil
        }
        return text
    }
}
