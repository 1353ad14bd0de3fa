/// Which processes are those of a service that the fleet does not start: all that is said must hold.
///
/// What differs from instance to instance is named, as in a ``ServiceCommand``:
///
/// ```swift
/// FleetService("checkout", runtime: .node, found: [ProcessMatch(executable: "node", command: #"^node /srv/\#(.instance)/server\.js"#)]) {
///     Instance("checkout-1", metricsPort: 9101)
/// }
/// ```
///
/// `docs/watching.md` says how each of them is compared.
public struct ProcessMatch: Hashable, Sendable {
    /// The program's file: its name, or with a slash its whole path, by a pattern of paths.
    public let executable: ProcessText?
    /// A regular expression of PCRE2 that is looked for in the arguments, with a space between them.
    public let command: ProcessText?
    /// The user that the process acts as: a name or a number.
    public let user: ProcessText?
    /// The absolute path of a file that has the process's number.
    public let pidFile: ProcessText?
    /// A unit of systemd: its name with its type, or a glob.
    public let unit: ProcessText?
    /// The control group from the mount on, by a pattern of paths: that of a container, for one.
    public let controlGroup: ProcessText?

    public init(
        executable: ProcessText? = nil, command: ProcessText? = nil, user: ProcessText? = nil, pidFile: ProcessText? = nil,
        unit: ProcessText? = nil, controlGroup: ProcessText? = nil
    ) {
        self.executable = executable
        self.command = command
        self.user = user
        self.pidFile = pidFile
        self.unit = unit
        self.controlGroup = controlGroup
    }

    /// Matches what runs in a unit of systemd.
    public static func unit(_ unit: ProcessText) -> Self { Self(unit: unit) }

    /// What is said, by the keys of the agent's file, with the values of an instance; a text with a value that does not exist there is
    /// left out.
    package func keys(_ values: [ProcessValue: String]) -> [(key: String, text: String)] {
        let all: [(String, ProcessText?)] = [
            ("executable", executable), ("command", command), ("user", user), ("pid_file", pidFile), ("unit", unit),
            ("cgroup", controlGroup),
        ]
        return all.compactMap { key, text in text?.text(values).map { (key, $0) } }
    }
}

/// How processes that the fleet does not start are found, and what their instances are called.
public struct FoundProcesses: Hashable, Sendable {
    /// One of them must match.
    public let matches: [ProcessMatch]
    /// The name of every instance, with `${name}` for what `(?<name>…)` of a command captured, `${container}`, or `${host}` for the machine's
    /// name; nil for the declared instances.
    public let instanceTemplate: String?

    /// What `${…}` in ``instanceTemplate`` names.
    package var captures: [String] {
        (instanceTemplate ?? "").split(separator: "${", omittingEmptySubsequences: false).dropFirst().map {
            String($0.prefix { $0 != "}" })
        }
    }
}

extension FleetService {
    /// The values in the matches of an instance; of no instance, what all have.
    package func matchValues(of instance: Instance?, in fleet: Fleet) -> [ProcessValue: String] {
        var values: [ProcessValue: String] = [.host: fleet.host, .dataFolder: fleet.installation.stateFolder]
        values[.instance] = instance?.name
        values[.port] = instance?.port.map { "\($0)" }
        values[.metricsPort] = instance.flatMap(ownMetricsPort).map { "\($0)" }
        return values
    }
}
