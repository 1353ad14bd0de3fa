import ApusLinux

/// What stands for a service of systemd in a file that is to hold for longer than a run of it: its name, or a pattern for all that are
/// made under names with a counter, an address or a hash.
struct UnitFolding: Hashable {
    /// A unit's name, or a glob.
    let pattern: String
    /// What a group for it is called.
    let stem: String

    /// - Parameter name: such as `sshd@7-10.0.0.1:22-10.0.0.9:40022.service`.
    init(_ name: String) {
        let suffix = ".service"
        let base = name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : name
        guard let at = base.firstIndex(of: "@") else {
            let folded = Self.withoutHashes(Self.withoutCounter(base))
            (pattern, stem) = (folded + suffix, Self.trimmed(folded.replacing("*", with: "")))
            return
        }
        let template = base[..<at]
        let instance = String(base[base.index(after: at)...])
        let folded = Self.isMade(instance) ? "*" : Self.withoutHashes(instance)
        pattern = "\(template)@\(folded)\(suffix)"
        stem = folded == "*" ? String(template) : Self.trimmed("\(template)-\(folded.replacing("*", with: ""))")
    }

    /// All instances of the template of this one; `nil` of what is no instance.
    var template: UnitFolding? { pattern.firstIndex(of: "@").map { UnitFolding("\(pattern[..<$0])@0-0-0.service") } }

    /// Whether it belongs to every host, so that few want to watch it.
    var isOfSystem: Bool {
        let names = ["systemd-", "dbus", "getty@", "serial-getty@", "console-getty", "container-getty@", "autovt@", "user@"]
        return names.contains { pattern.hasPrefix($0) }
    }

    /// Whether an instance was named by the manager for a connection: a counter, and two addresses, or a process and a user
    /// (systemd.socket(5)).
    private static func isMade(_ instance: String) -> Bool {
        let parts = instance.split(separator: "-")
        guard parts.count >= 3, parts[0].utf8.allSatisfy(isDigit) else { return false }
        return parts.dropFirst().allSatisfy { $0.utf8.allSatisfy(isDigit) || $0.contains(":") || $0.contains("/") }
    }

    /// What systemd-run calls a transient unit: `run-u12`, `run-p34-i56` or `run-r` and hexadecimal digits.
    private static func withoutCounter(_ base: String) -> String {
        guard base.hasPrefix("run-"), let letter = base.dropFirst(4).first, "upr".contains(letter) else { return base }
        let rest = base.dropFirst(5)
        return rest.isEmpty || !rest.utf8.allSatisfy({ isHexadecimal($0) || $0 == 45 || $0 == 105 }) ? base : "run-\(letter)*"
    }

    /// Digits from which on a run of hexadecimal ones counts as a hash.
    private static let leastHash = 12

    private static func withoutHashes(_ text: String) -> String {
        var folded = ""
        var run = ""
        func end() {
            let isHash = run.utf8.count >= leastHash && run.utf8.contains(where: isDigit)
            folded += isHash ? "*" : run
            run = ""
        }
        for character in text {
            if character.utf8.count == 1, character.utf8.allSatisfy(isHexadecimal) {
                run.append(character)
            } else {
                end()
                folded.append(character)
            }
        }
        end()
        return folded
    }

    private static func trimmed(_ text: String) -> String {
        let kept = text.drop { "-_.:".contains($0) }
        return String(kept.reversed().drop { "-_.:".contains($0) }.reversed())
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
    private static func isHexadecimal(_ byte: UInt8) -> Bool { isDigit(byte) || (97...102).contains(byte) }
}
