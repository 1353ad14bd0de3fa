import ApusText

/// Says how the processes of a service are started.
///
/// A ``ServiceCommand`` is all that most services need. A type of its own can ask the fleet for other parts, so that a setting
/// which is declared once reaches every process that obeys it, wherever that runs.
public protocol ServiceProgram: Hashable, Sendable {
    /// How each process of a service is started.
    func command(of service: FleetService, in fleet: Fleet) -> ServiceCommand

    /// What contradicts itself in the program, or contradicts the rest of the fleet.
    func faults(of service: FleetService, in fleet: Fleet) -> [FleetFault]
}

extension ServiceProgram {
    public func faults(of service: FleetService, in fleet: Fleet) -> [FleetFault] { [] }
}

/// Wraps a program of any type, so that its service can be compared with others.
struct AnyServiceProgram: Hashable, Sendable {
    let program: any ServiceProgram

    static func == (left: Self, right: Self) -> Bool { left.program.equals(right.program) }
    func hash(into hasher: inout Hasher) { program.hash(into: &hasher) }
}

extension ServiceProgram {
    fileprivate func equals(_ other: any ServiceProgram) -> Bool { other as? Self == self }
}

/// How each process of a service is started: an executable and its arguments, in which what differs from process to process and
/// from place to place is named.
///
/// ```swift
/// FleetService(
///     "checkout", role: .api,
///     program: ServiceCommand(
///         "shop",
///         arguments: [
///             ["checkout"], ["--name", "\(.instance)"], ["--listen", "\(.host):\(.port)"], ["--reports", "\(.agentSocket)"],
///         ], environment: ["SHOP_DATA": "\(.dataFolder)/checkout"])
/// ) {
///     Instance("checkout-1", port: 8001, metricsPort: 9101)
/// }
/// ```
public struct ServiceCommand: ServiceProgram {
    public let executable: ServiceExecutable
    /// The arguments, in order.
    public let arguments: [ServiceArgument]
    /// The variables that each process gets, by their names.
    public let environment: [String: ProcessText]
    /// How long a stop may take before the process is killed.
    public let stopGrace: Duration
    /// How long the process may give systemd no sign of life; nil for one that tells systemd nothing.
    public let watchdog: Duration?
    /// The command in the service's container that asks for health; nil when there is none.
    public let probe: ServiceProbe?
    /// Files in the data folder that all processes of the service share; nil when each process could have a folder of its own.
    public let sharedFiles: SharedFiles?

    public init(
        _ executable: ServiceExecutable, arguments: [ServiceArgument], environment: [String: ProcessText] = [:],
        stopGrace: Duration = .seconds(10), watchdog: Duration? = nil, probe: ServiceProbe? = nil,
        sharedFiles: SharedFiles? = nil
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.stopGrace = stopGrace
        self.watchdog = watchdog
        self.probe = probe
        self.sharedFiles = sharedFiles
    }

    public func command(of service: FleetService, in fleet: Fleet) -> ServiceCommand { self }

    /// Whether an argument or a variable names a value.
    package func names(_ value: ProcessValue) -> Bool {
        arguments.contains { $0.words.contains { $0.names(value) } } || environment.values.contains { $0.names(value) }
    }

    /// The program of a service whose declaration names none: an executable of the service's name with the usual options.
    struct Usual: ServiceProgram {
        func command(of service: FleetService, in fleet: Fleet) -> ServiceCommand {
            ServiceCommand(
                ServiceExecutable(service.name),
                arguments: [
                    ["--instance", "\(.instance)"], ["--host", "\(.host)", "--port", "\(.port)"],
                    ["--agent-socket", "\(.agentSocket)"],
                ])
        }
    }
}

/// A command in a service's container that asks a URL for health, and exits with 0 when all is well.
///
/// The URL follows the command, and for a service without a port `--instance SERVICE/INSTANCE`, the instance that an agent's
/// `/health` is asked for: `shop probe http://127.0.0.1:9480/health --instance packing/packing-1`.
///
/// ```swift
/// ServiceCommand("shop", arguments: [["packing"]], probe: ["shop", "probe"])
/// ```
public struct ServiceProbe: Hashable, Sendable, ExpressibleByArrayLiteral {
    /// The words of the command, the executable first.
    public let command: [String]
    /// The option with which the command exits with 0 when nobody answers at the URL; nil when it has none.
    ///
    /// Kubernetes restarts a worker on the word of its agent. An agent that does not answer is no reason for that, so that a worker
    /// whose probe lacks the option is never restarted for its health.
    public let passUnanswered: String?

    public init(_ command: [String], passUnanswered: String? = nil) {
        self.command = command
        self.passUnanswered = passUnanswered
    }

    public init(arrayLiteral command: String...) { self.init(command) }

    /// What a command line holds besides the URL and the instance.
    var words: [String] { command + [passUnanswered].compactMap(\.self) }
}

/// Files in the data folder that all processes of a service share, and share with other services that have them too.
///
/// Where processes run in containers, such services have one volume together. Kubernetes runs their pods on the node where that volume
/// is. The data folder of any other service is a volume of each pod.
public struct SharedFiles: Hashable, Sendable {
    /// What is shared and what follows from that, for the head of the Compose file; its lines stand there as they are.
    public let composeRemark: String
    /// What is shared and what follows from that, for the head of the file that declares the volume to Kubernetes.
    public let kubernetesRemark: String
    /// What the services make of the addresses of databases, brokers and caches, in one line; empty when nothing is to be said.
    public let serversRemark: String

    public init(composeRemark: String, kubernetesRemark: String, serversRemark: String = "") {
        self.composeRemark = composeRemark
        self.kubernetesRemark = kubernetesRemark
        self.serversRemark = serversRemark
    }
}

/// An executable that runs processes of a fleet, and what its container image needs.
public struct ServiceExecutable: Hashable, Sendable, ExpressibleByStringLiteral {
    /// The name of the file, of the product of the Swift package that it is built from, and of its container image.
    public let name: String
    /// What it is for, in one line, as its container image says.
    public let summary: String
    /// Debian packages that it is built with, besides those of every fleet.
    public let buildPackages: [String]
    /// Debian packages that it runs with, besides those of every fleet.
    public let packages: [String]
    /// Where others have installed it, on hosts and in images; nil for `/usr/bin` and its name, or the installation's prefix for what the
    /// fleet's own package has.
    public let path: String?

    public init(
        _ name: String, summary: String = "", buildPackages: [String] = [], packages: [String] = [], path: String? = nil
    ) {
        self.name = name
        self.path = path
        self.summary = summary
        self.buildPackages = buildPackages
        self.packages = packages
    }

    public init(stringLiteral name: String) { self.init(name) }
}

/// An option with its value, or a single word: what stands together on a command line, or not at all.
///
/// It is left out where a value that it names does not exist, such as the port of a process that listens nowhere.
public struct ServiceArgument: Hashable, Sendable, ExpressibleByArrayLiteral {
    public let words: [ProcessText]
    /// Where processes get the argument.
    public let placements: Set<ProcessPlacement>

    public init(_ words: ProcessText..., in placements: Set<ProcessPlacement>) {
        self.words = words
        self.placements = placements
    }

    public init(arrayLiteral words: ProcessText...) {
        self.words = words
        placements = Set(ProcessPlacement.allCases)
    }
}

/// Where a process runs, and what starts and stops it.
public enum ProcessPlacement: String, CaseIterable, Hashable, Sendable {
    /// A child of a process that runs the whole fleet on one machine and ends with it.
    case child
    /// A unit of systemd.
    case systemd
    /// A container of Docker Compose.
    case compose
    /// A container in a pod of Kubernetes.
    case kubernetes

    public static let containers: Set<Self> = [.compose, .kubernetes]
}

/// A value that differs from process to process, or from place to place.
public enum ProcessValue: Hashable, Sendable {
    /// The name of the instance.
    case instance
    /// The address to listen at.
    case host
    /// The port at which the instance answers requests, where it does.
    case port
    /// The port at which the instance serves its ``MetricsPage``, where it has a port of its own for that.
    case metricsPort
    /// The folder of the service's files. One machine has one for all processes; pods of Kubernetes have each their own, but for
    /// services with ``SharedFiles``.
    case dataFolder
    /// The path of the report socket of the instance's agent.
    case agentSocket
    /// The most connections to databases that the process may open: its share of the fleet's ``ConnectionBudget``.
    case connections
    /// The least severe events that are logged, in containers; a process elsewhere has its own default.
    case logLevel
}

/// A word of a command line or the value of a variable, with values in it that differ from process to process:
/// `"\(.host):\(.port)"`.
public struct ProcessText: Hashable, Sendable, ExpressibleByStringInterpolation {
    package enum Part: Hashable, Sendable {
        case text(String)
        case value(ProcessValue)
    }

    package let parts: [Part]

    public init(stringLiteral text: String) { parts = [.text(text)] }
    public init(stringInterpolation: StringInterpolation) { parts = stringInterpolation.parts }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var parts: [Part] = []

        public init(literalCapacity: Int, interpolationCount: Int) {}

        public mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { parts.append(.text(literal)) }
        }

        public mutating func appendInterpolation(_ value: ProcessValue) { parts.append(.value(value)) }
        public mutating func appendInterpolation(_ text: String) { parts.append(.text(text)) }
        public mutating func appendInterpolation(_ number: Int) { parts.append(.text("\(number)")) }
        /// Appends a whole number and one unit, such as `90s`, as ``Swift/Duration/argument`` has it.
        public mutating func appendInterpolation(_ duration: Duration) { parts.append(.text(duration.argument)) }
    }

    func names(_ value: ProcessValue) -> Bool { parts.contains(.value(value)) }

    /// The text with values in their places; nil when one of them does not exist.
    package func text(_ values: [ProcessValue: String]) -> String? {
        var text = ""
        for part in parts {
            switch part {
            case .text(let literal): text += literal
            case .value(let value):
                guard let value = values[value] else { return nil }
                text += value
            }
        }
        return text
    }
}

extension Duration {
    /// The duration as command lines take it: a whole number and one unit, such as `90s`; a count of milliseconds past a million is
    /// cut to seconds.
    public var argument: String {
        let milliseconds = DurationText.milliseconds(self) ?? 0
        for (size, unit) in [(3_600_000, "h"), (60_000, "m"), (1000, "s")] as [(Int64, String)]
        where milliseconds != 0 && milliseconds % size == 0 {
            return "\(milliseconds / size)\(unit)"
        }
        return milliseconds > 1_000_000 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }
}

extension Fleet {
    /// How each process of a service is started.
    package func command(of service: FleetService) -> ServiceCommand { service.program.command(of: service, in: self) }

    /// Whether a service has files in the data folder.
    package func keepsFiles(_ service: FleetService) -> Bool {
        let command = command(of: service)
        return command.sharedFiles != nil || command.names(.dataFolder)
    }

    /// The services that share files.
    package var sharingServices: [FleetService] { services.filter { command(of: $0).sharedFiles != nil } }

    /// The files that services share; nil when none does.
    package var sharedFiles: SharedFiles? { services.lazy.compactMap { command(of: $0).sharedFiles }.first }
}
