import AgentMetrics
import ApusText

/// What a PostgreSQL says of itself.
package struct PostgreSQLFigures: Sendable, Equatable {
    package struct Connections: Sendable, Equatable {
        package let application: String
        package let state: String
        package let count: Int
    }

    package struct Database: Sendable, Equatable {
        package let name: String
        package let size: Int
    }

    package struct Replica: Sendable, Equatable {
        package let application: String
        package let client: String
        package let state: String
        package var count: Int
        package var lagBytes: Double?
        package var lagSeconds: Double?
    }

    package private(set) var connections: [Connections]
    package let databases: [Database]
    package private(set) var replicas: [Replica] = []
    package let maxConnections: Int
    package let reservedConnections: Int
    /// Whether the user sees what all connections do.
    package let isStatisticsVisible: Bool
    /// Ages in seconds; nil where the user does not see all transactions.
    package let oldestTransaction: Double?
    package let oldestIdleTransaction: Double?
    package let oldestPreparedTransaction: Double?
    package let isInRecovery: Bool
    /// The seconds since a server that follows another has received, and whether it does; nil where it does not, or the user does not see it.
    package let replayDelay: Double?
    package let isReceiving: Bool?

    /// The lag of each application at an address, of those alike in whatever state the most.
    package var lags: [Replica] {
        var lags: [Replica] = []
        // They are in order.
        for replica in replicas {
            guard let last = lags.indices.last, lags[last].application == replica.application,
                lags[last].client == replica.client
            else {
                lags.append(replica)
                continue
            }
            lags[last].lagBytes = [lags[last].lagBytes, replica.lagBytes].compactMap { $0 }.max()
            lags[last].lagSeconds = [lags[last].lagSeconds, replica.lagSeconds].compactMap { $0 }.max()
        }
        return lags
    }

    /// All connections of clients.
    package var connectionCount: Int { connections.reduce(0) { $0 + $1.count } }

    /// Which connection is whose, from the answers to ``statements(of:)``.
    package init(_ tables: [ChildTable]) throws(ProbeFailure) {
        guard tables.count >= 3, let server = tables[0].rows.first else { throw Self.noAnswer("the settings") }
        let facts = Dictionary(zip(tables[0].columns, server)) { one, _ in one }
        func number(_ name: String) throws(ProbeFailure) -> Int {
            guard let text = facts[name] ?? nil, let number = Int(text) else { throw Self.noAnswer(name) }
            return number
        }
        func seconds(_ name: String) -> Double? { (facts[name] ?? nil).flatMap(Self.seconds) }
        maxConnections = try number("max_connections")
        reservedConnections = try number("reserved")
        isStatisticsVisible = facts["visible"] == "t"
        isInRecovery = facts["recovery"] == "t"
        oldestTransaction = isStatisticsVisible ? seconds("oldest") ?? 0 : nil
        oldestIdleTransaction = isStatisticsVisible ? seconds("oldest_idle") ?? 0 : nil
        oldestPreparedTransaction = seconds("oldest_prepared") ?? 0
        replayDelay = isInRecovery ? seconds("replay_delay") : nil
        isReceiving = isInRecovery ? (facts["receiving"] ?? nil).map { $0 == "t" } : nil
        connections = try Self.connections(tables[1])
        replicas = try Self.replicas(tables[2])
        databases = tables.count > 3 ? try Self.databases(tables[3]) : []
    }

    private static func connections(_ table: ChildTable) throws(ProbeFailure) -> [Connections] {
        var counts: [[String]: Int] = [:]
        for row in table.rows {
            guard row.count == 3, let state = row[1], let count = row[2].flatMap({ Int($0) }), count >= 0 else {
                throw noAnswer("connections")
            }
            // An application can be called so, too.
            counts[[row[0] ?? "other", state], default: 0] += count
        }
        return counts.map { Connections(application: $0.key[0], state: $0.key[1], count: $0.value) }
            .sorted { ($0.application, $0.state) < ($1.application, $1.state) }
    }

    private static func replicas(_ table: ChildTable) throws(ProbeFailure) -> [Replica] {
        var replicas: [[String]: Replica] = [:]
        for row in table.rows {
            guard row.count == 5, let application = row[0], let client = row[1], let state = row[2] else {
                throw noAnswer("replicas")
            }
            let bytes = row[3].flatMap(seconds)
            let delay = bytes == 0 ? 0 : row[4].flatMap(seconds)
            var replica =
                replicas[[application, client, state]]
                ?? Replica(application: application, client: client, state: state, count: 0)
            replica.count += 1
            replica.lagBytes = [replica.lagBytes, bytes].compactMap { $0 }.max()
            replica.lagSeconds = [replica.lagSeconds, delay].compactMap { $0 }.max()
            replicas[[application, client, state]] = replica
        }
        return replicas.values.sorted { ($0.application, $0.client, $0.state) < ($1.application, $1.client, $1.state) }
    }

    private static func databases(_ table: ChildTable) throws(ProbeFailure) -> [Database] {
        var databases: [Database] = []
        var seen: Set<ByteText> = []
        for row in table.rows {
            guard row.count == 2, let name = row[0] else { throw noAnswer("sizes of databases") }
            // Of one that the user may not connect to, nothing is said.
            guard let size = row[1].flatMap({ Int($0) }), size >= 0, seen.insert(ByteText(name)).inserted else { continue }
            databases.append(Database(name: name, size: size))
        }
        return databases
    }

    /// A number that is not below 0, where clocks may say otherwise.
    private static func seconds(_ text: String) -> Double? {
        guard let number = Double(text), number.isFinite else { return nil }
        return max(0, number)
    }

    private static func noAnswer(_ what: String) -> ProbeFailure {
        ProbeFailure(.content, "the server does not say its \(what): it is no PostgreSQL of version 11 or later")
    }
}
