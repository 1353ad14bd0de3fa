import ApusLimits

/// The open connections of the report socket, by descriptor, with the shares that users and processes have of them.
package struct ReportConnections {
    package struct Connection {
        /// Never given twice, unlike descriptors, and rising.
        package let number: Int
        package let peer: ReportPeer
        let openedAt: UInt64
        package fileprivate(set) var instance: KnownInstance?
    }

    /// The most that there may be.
    package struct Shares: Sendable {
        var all = ReportLimits.connections.value
        var ofUser = ReportLimits.userConnections.value
        var ofProcess = ReportLimits.processConnections.value

        package init() {}
        package init(all: Int, ofUser: Int, ofProcess: Int) {
            self.all = all
            self.ofUser = ofUser
            self.ofProcess = ofProcess
        }
    }

    /// What becomes of a new connection.
    package enum Decision: Equatable {
        case taken
        /// Taken in the place of another one, which is to be closed.
        case takenFor(Int32)
        /// Refused, with the reason in words.
        case refused(String)
    }

    private let shares: Shares
    private var bySocket: [Int32: Connection] = [:]
    private var sockets: [Int: Int32] = [:]
    private var users: [UInt32: Int] = [:]
    private var processes: [ReportPeer: Int] = [:]
    /// Connections that have said nothing yet, in the order in which they came: of all, of each user, of each process.
    private var silent = Arrivals()
    private var silentOfUser: [UInt32: Arrivals] = [:]
    private var silentOfProcess: [ReportPeer: Arrivals] = [:]
    private var last = 0

    package init(shares: Shares = Shares()) { self.shares = shares }

    package var count: Int { bySocket.count }
    var all: [Int32] { Array(bySocket.keys) }

    package subscript(socket: Int32) -> Connection? { bySocket[socket] }

    /// The descriptor of a connection by its number; `nil` when it is closed.
    func socket(_ number: Int) -> Int32? { sockets[number] }

    /// Takes a new connection, or says why not.
    ///
    /// Who is over his share loses the oldest of his own that has said nothing. Where all places are taken, the user with the most
    /// of them does.
    ///
    /// - Parameter isFull: whether all places are taken for another reason than their number.
    package mutating func add(_ socket: Int32, of peer: ReportPeer, isFull: Bool = false, at now: UInt64) -> Decision {
        var loser: Int32?
        if peer.pid > 0, processes[peer, default: 0] >= shares.ofProcess {
            loser = silentOfProcess[peer, default: Arrivals()].first(in: bySocket, sockets)
            guard loser != nil else { return .refused("\(peer) has \(shares.ofProcess) connections already") }
        } else if users[peer.uid, default: 0] >= shares.ofUser {
            loser = silentOfUser[peer.uid, default: Arrivals()].first(in: bySocket, sockets)
            guard loser != nil else { return .refused("uid \(peer.uid) has \(shares.ofUser) connections already") }
        } else if isFull || bySocket.count >= shares.all {
            loser = oneOfTheGreatest(for: peer)
            guard loser != nil else {
                return .refused("the agent has \(bySocket.count) connections already, and no place for more")
            }
        }
        last += 1
        let connection = Connection(number: last, peer: peer, openedAt: now)
        bySocket[socket] = connection
        sockets[last] = socket
        users[peer.uid, default: 0] += 1
        processes[peer, default: 0] += 1
        silent.append(last, bySocket, sockets)
        silentOfUser[peer.uid, default: Arrivals()].append(last, bySocket, sockets)
        silentOfProcess[peer, default: Arrivals()].append(last, bySocket, sockets)
        return loser.map { .takenFor($0) } ?? .taken
    }

    /// One of the user who has most: the oldest that has said nothing, else the newest.
    private mutating func oneOfTheGreatest(for peer: ReportPeer) -> Int32? {
        guard let (user, count) = users.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else { return nil }
        if let oldest = silentOfUser[user, default: Arrivals()].first(in: bySocket, sockets) { return oldest }
        guard count > users[peer.uid, default: 0] else { return nil }
        return bySocket.filter { $0.value.peer.uid == user }.max { $0.value.number < $1.value.number }?.key
    }

    package mutating func introduce(_ socket: Int32, as instance: KnownInstance) { bySocket[socket]?.instance = instance }

    package mutating func remove(_ socket: Int32) -> Connection? {
        guard let connection = bySocket.removeValue(forKey: socket) else { return nil }
        sockets[connection.number] = nil
        let peer = connection.peer
        users[peer.uid]? -= 1
        processes[peer]? -= 1
        if users[peer.uid] == 0 { (users[peer.uid], silentOfUser[peer.uid]) = (nil, nil) }
        if processes[peer] == 0 { (processes[peer], silentOfProcess[peer]) = (nil, nil) }
        return connection
    }

    /// A connection that has not introduced itself in time; `nil` when there is none.
    package mutating func overdue(at now: UInt64, deadline: UInt64) -> Int32? {
        guard let socket = silent.first(in: bySocket, sockets), let connection = bySocket[socket],
            now - min(now, connection.openedAt) > deadline
        else { return nil }
        return socket
    }
}

/// Numbers of connections in the order in which they came; those that are done with are left out when they are met.
private struct Arrivals {
    private var numbers: [Int] = []
    private var head = 0

    mutating func append(_ number: Int, _ connections: [Int32: ReportConnections.Connection], _ sockets: [Int: Int32]) {
        _ = first(in: connections, sockets)
        numbers.append(number)
    }

    /// The first that is open and has said nothing.
    mutating func first(in connections: [Int32: ReportConnections.Connection], _ sockets: [Int: Int32]) -> Int32? {
        func isSilent(_ number: Int) -> Bool {
            guard let connection = sockets[number].flatMap({ connections[$0] }) else { return false }
            return connection.instance == nil
        }
        while head < numbers.count, !isSilent(numbers[head]) { head += 1 }
        if head > 64, head * 2 > numbers.count {
            numbers.removeFirst(head)
            head = 0
        }
        return head < numbers.count ? sockets[numbers[head]] : nil
    }
}
