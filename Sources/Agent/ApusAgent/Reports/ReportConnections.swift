/// The open connections of the report socket, by descriptor.
struct ReportConnections {
    struct Connection {
        /// Never given twice, unlike descriptors.
        let number: Int
        let openedAt: UInt64
        var instance: KnownInstance?
    }

    private var bySocket: [Int32: Connection] = [:]
    private var silent: Set<Int32> = []
    private var last = 0

    var count: Int { bySocket.count }
    var sockets: [Int32] { Array(bySocket.keys) }

    subscript(socket: Int32) -> Connection? { bySocket[socket] }

    mutating func add(_ socket: Int32, at now: UInt64) {
        last += 1
        bySocket[socket] = Connection(number: last, openedAt: now)
        silent.insert(socket)
    }

    mutating func introduce(_ socket: Int32, as instance: KnownInstance) {
        bySocket[socket]?.instance = instance
        silent.remove(socket)
    }

    mutating func remove(_ socket: Int32) -> Connection? {
        silent.remove(socket)
        return bySocket.removeValue(forKey: socket)
    }

    /// Connections that have not introduced themselves in time.
    func overdue(at now: UInt64, deadline: UInt64) -> [Int32] {
        silent.filter { socket in bySocket[socket].map { now - min(now, $0.openedAt) > deadline } ?? false }
    }
}
