import ApusAgent
import Testing

/// Who may have which of the report socket's connections; descriptors are numbers here.
@Suite struct ReportConnectionsTests {
    private static let flooder = ReportPeer(pid: 100, uid: 1000)
    private static let honest = ReportPeer(pid: 200, uid: 2000)

    private func connections(all: Int = 100, ofUser: Int = 50, ofProcess: Int = 10) -> ReportConnections {
        ReportConnections(shares: .init(all: all, ofUser: ofUser, ofProcess: ofProcess))
    }

    @Test func `a process past its share loses the oldest of its own that says nothing`() {
        var connections = connections(ofProcess: 3)
        #expect(connections.add(1, of: Self.honest, at: 0) == .taken)
        for socket in 10..<13 as Range<Int32> { #expect(connections.add(socket, of: Self.flooder, at: 0) == .taken) }
        #expect(connections.add(13, of: Self.flooder, at: 0) == .takenFor(10))
        _ = connections.remove(10)
        #expect(connections.add(14, of: Self.flooder, at: 0) == .takenFor(11))
        _ = connections.remove(11)
        #expect(connections[1] != nil && connections.count == 4)
    }

    @Test func `of connections that report none is lost to one of the same process`() throws {
        let host = try FixtureHost()
        let instance = try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        var connections = connections(ofProcess: 2)
        for socket in 1...2 as ClosedRange<Int32> {
            #expect(connections.add(socket, of: Self.flooder, at: 0) == .taken)
            connections.introduce(socket, as: instance)
        }
        #expect(connections.add(3, of: Self.flooder, at: 0) == .refused("process 100 of uid 1000 has 2 connections already"))
        #expect(connections.count == 2)
    }

    @Test func `a user past its share pays with its own, whichever of its processes comes`() {
        var connections = connections(ofUser: 4, ofProcess: 2)
        #expect(connections.add(1, of: Self.honest, at: 0) == .taken)
        for socket in 10..<14 as Range<Int32> {
            #expect(connections.add(socket, of: ReportPeer(pid: socket / 2, uid: 1000), at: 0) == .taken)
        }
        #expect(connections.add(14, of: ReportPeer(pid: 99, uid: 1000), at: 0) == .takenFor(10))
    }

    @Test func `when all are taken the user with the most gives way, the newest of what reports last of all`() throws {
        let instance = try FixtureHost().report(FixtureHost.worker, pid: 4711, connection: 1)
        var connections = connections(all: 4)
        for socket in 1...4 as ClosedRange<Int32> {
            #expect(connections.add(socket, of: ReportPeer(pid: socket, uid: socket < 4 ? 1000 : 1001), at: 0) == .taken)
            connections.introduce(socket, as: instance)
        }
        #expect(connections.add(5, of: Self.honest, at: 0) == .takenFor(3))
        _ = connections.remove(3)
        _ = connections.remove(5)
        #expect(
            connections.add(6, of: ReportPeer(pid: 9, uid: 1000), isFull: true, at: 0)
                == .refused("the agent has 3 connections already, and no place for more"))
    }

    @Test func `processes of a namespace that is not seen share what their user has`() {
        var connections = connections(ofUser: 4, ofProcess: 2)
        for socket in 1...4 as ClosedRange<Int32> {
            #expect(connections.add(socket, of: ReportPeer(pid: 0, uid: 1000), at: 0) == .taken)
        }
        #expect(connections.add(5, of: ReportPeer(pid: 0, uid: 1000), at: 0) == .takenFor(1))
    }

    @Test func `those that say nothing are overdue in the order in which they came, and once each`() {
        var connections = connections()
        for (socket, moment) in [(3, 10), (1, 20), (2, 30)] as [(Int32, UInt64)] {
            _ = connections.add(socket, of: Self.honest, at: moment)
        }
        var overdue: [Int32] = []
        while let socket = connections.overdue(at: 126, deadline: 100) {
            overdue.append(socket)
            _ = connections.remove(socket)
        }
        #expect(overdue == [3, 1])
    }

    @Test func `a million connections that come and go cost no memory for those that are gone`() {
        var connections = connections()
        _ = connections.add(1, of: Self.honest, at: 0)
        let clock = ContinuousClock()
        let taken = clock.measure {
            for _ in 0..<100_000 {
                _ = connections.add(2, of: Self.honest, at: 0)
                _ = connections.remove(2)
            }
        }
        #expect(connections.count == 1)
        #expect(taken < .seconds(5))
    }
}
