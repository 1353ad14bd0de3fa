import AgentMetrics
import ApusAgent
import ApusLinux

/// Two processes of a group, and the sockets of their machine.
enum SocketExample {
    static let listening = KernelSocket(inode: 71, kind: .tcp, state: .listening, queue: 5, limit: 16)
    static let named = KernelSocket(inode: 72, kind: .unix, state: .listening, queue: 2)
    static let connected = KernelSocket(inode: 73, kind: .tcp, state: .established)

    static func host(_ sockets: [KernelSocket] = [listening, named, connected]) throws -> FixtureHost {
        let host = try FixtureHost(sockets: sockets)
        try host.put(.init(pid: 5001), .init(pid: 5002))
        return host
    }

    static let nginx = "groups: [{ service: web, match: { executable: nginx } }]"

    static func figures(_ groups: ProcessGroups, _ host: FixtureHost) -> SocketFigures? {
        groups.tick(at: host.time.now)
        return groups.look(at: host.time.now).first?.reading.sockets
    }
}
