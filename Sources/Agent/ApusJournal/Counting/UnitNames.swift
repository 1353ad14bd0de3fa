/// One name for all the units, containers and identifiers that are made anew each time and never again.
enum UnitNames {
    /// The name under which a unit is counted that is not watched.
    ///
    /// An instance is counted under its template (`sshd@.service`): its name may hold a counter, an address or a core dump's number.
    /// In a scope's name a number or a run of hexadecimal digits is replaced by `*` (`session-*.scope`, `libpod-*.scope`), in a
    /// service's a run of twelve and more with a digit, as containers' tools make them.
    static func folded(_ name: String) -> String {
        guard let dot = name.lastIndex(of: ".") else { return name }
        let suffix = name[dot...]
        let stem = name[..<dot]
        for prefix in ["run-", "dbus-:"] where stem.hasPrefix(prefix) && stem.utf8.count > prefix.utf8.count {
            if suffix == ".service" || suffix == ".scope" { return prefix + "*" + suffix }
        }
        if let at = stem.firstIndex(of: "@") { return String(stem[...at]) + suffix }
        guard suffix == ".scope" || suffix == ".service" else { return name }
        let isScope = suffix == ".scope"
        let folded = replacing(in: stem) { part in
            isHexadecimal(part, atLeast: isScope ? 8 : 12) || (isScope && part.utf8.allSatisfy(isDigit))
        }
        return folded + suffix
    }

    /// The name under which a container or an identifier is counted: a run of twelve and more hexadecimal digits, a UUID, and the
    /// twenty-five characters that Docker gives a task are replaced by `*`.
    static func foldedFree(_ name: String) -> String {
        replacing(in: name[...]) { isHexadecimal($0, atLeast: 12) || isTask($0) }
    }

    private static func replacing(in stem: Substring, _ isMadeAnew: (Substring) -> Bool) -> String {
        let parts = parts(of: stem)
        var folded = ""
        var index = 0
        while index < parts.count {
            if isUUID(parts[index...].prefix(9)) {
                folded += "*"
                index += 9
                continue
            }
            let part = parts[index]
            folded += !part.isEmpty && isMadeAnew(part) ? "*" : part
            index += 1
        }
        return folded
    }

    /// Whether a word is the number of a task of Docker's swarm: digits to the base 36.
    private static func isTask(_ part: Substring) -> Bool {
        part.utf8.count == 25 && part.utf8.contains(where: isDigit)
            && part.utf8.allSatisfy { isDigit($0) || (97...122).contains($0) }
    }

    /// Whether words and signs are the five groups of a UUID and their dashes.
    private static func isUUID(_ parts: ArraySlice<Substring>) -> Bool {
        parts.map(\.utf8.count) == [8, 1, 4, 1, 4, 1, 4, 1, 12]
            && parts.allSatisfy { $0 == "-" || $0.utf8.allSatisfy { isDigit($0) || (97...102).contains($0) } }
    }

    /// The words of a name and the signs between them.
    private static func parts(of stem: Substring) -> [Substring] {
        var parts: [Substring] = []
        var start = stem.startIndex
        for index in stem.indices where "-_.:\\".contains(stem[index]) {
            parts.append(stem[start..<index])
            parts.append(stem[index...index])
            start = stem.index(after: index)
        }
        return parts + [stem[start...]]
    }

    private static func isHexadecimal(_ part: Substring, atLeast length: Int) -> Bool {
        part.utf8.count >= length && part.utf8.contains(where: isDigit)
            && part.utf8.allSatisfy { isDigit($0) || (97...102).contains($0) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}
