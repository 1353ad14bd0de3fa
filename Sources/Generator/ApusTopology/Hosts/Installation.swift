/// How the fleet lies on a host where systemd runs it: which users, which folders.
public struct Installation: FleetPart {
    /// The user of the agents; they are in the group of the services' user.
    public let agentUser: String
    /// The user of the services; its group, of the same name, may report to the agents.
    public let serviceUser: String
    /// The executables are in its `bin`.
    public let prefix: String
    /// The data folder of the services, for their user alone.
    public let stateFolder: String
    /// The folder of the agents' report sockets, for them and the services' group.
    public let runtimeFolder: String
    public let place: SourcePlace

    public init(
        agentUser: String = "apus-agent", serviceUser: String = "apus", prefix: String = "/usr",
        stateFolder: String = "/var/lib/apus", runtimeFolder: String = "/run/apus", fileID: String = #fileID, line: Int = #line
    ) {
        self.agentUser = agentUser
        self.serviceUser = serviceUser
        self.prefix = prefix
        self.stateFolder = stateFolder
        self.runtimeFolder = runtimeFolder
        place = SourcePlace(fileID: fileID, line: line)
    }

    /// Whether a path is absolute and plain: no `.`, `..` or empty part, nothing that systemd or a shell reads as more than a name.
    public static func isPlainPath(_ path: String) -> Bool {
        guard path.utf8.first == UInt8(ascii: "/") else { return false }
        // Of the part that is being read. A fleet has a path for each of its agents: they are not taken apart.
        var length = 0
        var dots = 0
        for byte in path.utf8.dropFirst() {
            if byte == UInt8(ascii: "/") {
                guard isPathPart(length: length, dots: dots) else { return false }
                (length, dots) = (0, 0)
            } else {
                guard isPathByte(byte) else { return false }
                length += 1
                if byte == UInt8(ascii: ".") { dots += 1 }
            }
        }
        return isPathPart(length: length, dots: dots)
    }

    /// Neither nothing nor `.` nor `..`.
    private static func isPathPart(length: Int, dots: Int) -> Bool { length > 2 || length > dots }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"):
            true
        default: false
        }
    }
}

extension Fleet {
    /// The path of an agent's report socket on a host where systemd runs it.
    public func reportSocket(of endpoint: AgentEndpoint) -> String { reportSocket(named: endpoint.socketName) }

    /// The path of a report socket, of whose name a runtime may replace a part.
    package func reportSocket(named name: String) -> String { "\(installation.runtimeFolder)/\(name)" }
}

extension Fleet {
    /// How the fleet lies on a host where systemd runs it.
    public var installation: Installation { part(of: Installation.self) ?? Installation() }
}
