import AgentMetrics
import ApusLimits
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

    /// A place in the log from which somebody wants to read on, so that the server keeps what comes behind it.
    package struct Slot: Sendable, Equatable {
        package let name: String
        /// `physical` or `logical`.
        package let kind: String
        package let isActive: Bool
        /// The bytes of log that are kept for it; nil where it keeps none.
        package let retainedBytes: Double?
        /// Whether the server has removed what it wanted to read; nil before version 13.
        package let isLost: Bool?
    }

    /// What is counted of a database since its statistics were reset, and how far it is from the end of its transactions' numbers.
    package struct Statistics: Sendable, Equatable {
        package let database: String
        package let commits: Double
        package let rollbacks: Double
        package let deadlocks: Double
        package let conflicts: Double
        package let temporaryBytes: Double
        package let blockHits: Double
        package let blockReads: Double
        package let transactionAge: Double?
        package let multixactAge: Double?
        /// When they were reset, in seconds since the Unix epoch; nil where they were not.
        package let began: Double?
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
    package private(set) var databases: [Database] = []
    package private(set) var replicas: [Replica] = []
    package private(set) var slots: [Slot] = []
    package private(set) var statistics: [Statistics] = []
    /// Why a part of this is absent.
    package let failures: [ProbeFailure]
    package let maxConnections: Int
    package let reservedConnections: Int
    /// Whether the user sees what all connections do.
    package let isStatisticsVisible: Bool
    /// Ages in seconds; nil where the user does not see all transactions.
    package let oldestTransaction: Double?
    package let oldestIdleTransaction: Double?
    package let oldestPreparedTransaction: Double?
    package let isInRecovery: Bool
    /// The seconds since the last change that a server which follows another has replayed, and whether it receives now; nil where it follows none, or
    /// the user does not see it.
    package let replayDelay: Double?
    package let isReceiving: Bool?

    /// The lag of each application at an address, of those alike in whatever state the most.
    package var lags: [Replica] {
        var lags: [Replica] = []
        // They are in order.
        for replica in replicas {
            guard let last = lags.indices.last, lags[last].application.hasSameBytes(as: replica.application),
                lags[last].client.hasSameBytes(as: replica.client)
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

    /// Makes figures of the answers to ``statements(of:)``, of which only the first two have to be there.
    package init(_ outcomes: [ChildOutcome]) throws(ProbeFailure) {
        guard outcomes.count >= 5 else { throw Self.noAnswer("the settings") }
        let tables = try outcomes.prefix(2).map { outcome throws(ProbeFailure) in try outcome.get() }
        guard let server = tables[0].rows.first else { throw Self.noAnswer("the settings") }
        let facts = Dictionary(zip(tables[0].columns, server)) { one, _ in one }
        func number(_ name: ByteText) throws(ProbeFailure) -> Int {
            guard let number = (facts[name] ?? nil).flatMap(Self.count) else { throw Self.noAnswer(name.text) }
            return number
        }
        func seconds(_ name: ByteText) -> Double? { (facts[name] ?? nil).flatMap(Self.seconds) }
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
        var failures: [ProbeFailure] = []
        func part<Part>(_ place: Int, _ read: (ChildTable) throws(ProbeFailure) -> [Part]) -> [Part] {
            guard outcomes.indices.contains(place) else { return [] }
            do throws(ProbeFailure) { return try read(try outcomes[place].get()) } catch {
                failures.append(error)
                return []
            }
        }
        replicas = part(2, Self.replicas)
        slots = part(3, Self.slots)
        statistics = part(4, Self.statistics)
        databases = part(5, Self.databases)
        self.failures = failures
    }

    private static func connections(_ table: ChildTable) throws(ProbeFailure) -> [Connections] {
        var counts: [[ByteText]: Int] = [:]
        guard table.rows.count <= (ChildLimits.applications.value + 1) * mostStates else { throw noAnswer("connections") }
        for row in table.rows {
            guard row.count == 3, let state = row[1], let count = row[2].flatMap(count) else { throw noAnswer("connections") }
            // An application can be called so, too.
            counts[[row[0] ?? "other", state], default: 0] += count
        }
        return counts.sorted { ($0.key[0], $0.key[1]) < ($1.key[0], $1.key[1]) }
            .map { Connections(application: $0.key[0].text, state: $0.key[1].text, count: $0.value) }
    }

    private static func replicas(_ table: ChildTable) throws(ProbeFailure) -> [Replica] {
        var replicas: [[ByteText]: Replica] = [:]
        for row in table.rows.prefix(ChildLimits.replicas.value) {
            guard row.count == 5, let application = row[0], let client = row[1], let state = row[2] else {
                throw noAnswer("replicas")
            }
            let bytes = row[3].flatMap(seconds)
            let delay = bytes == 0 ? 0 : row[4].flatMap(seconds)
            var replica =
                replicas[[application, client, state]]
                ?? Replica(application: application.text, client: client.text, state: state.text, count: 0)
            replica.count += 1
            replica.lagBytes = [replica.lagBytes, bytes].compactMap { $0 }.max()
            replica.lagSeconds = [replica.lagSeconds, delay].compactMap { $0 }.max()
            replicas[[application, client, state]] = replica
        }
        return replicas.sorted { ($0.key[0], $0.key[1], $0.key[2]) < ($1.key[0], $1.key[1], $1.key[2]) }.map(\.value)
    }

    private static func slots(_ table: ChildTable) throws(ProbeFailure) -> [Slot] {
        var slots: [Slot] = []
        for row in table.rows.prefix(ChildLimits.slots.value) {
            guard row.count == 5, let name = row[0], let kind = row[1], let active = row[2] else {
                throw noAnswer("replication slots")
            }
            slots.append(
                Slot(
                    name: name.text, kind: kind.text, isActive: active == "t", retainedBytes: row[3].flatMap(seconds),
                    isLost: row[4].map { $0 == "lost" }))
        }
        return slots.sorted { ByteText($0.name) < ByteText($1.name) }
    }

    private static func statistics(_ table: ChildTable) throws(ProbeFailure) -> [Statistics] {
        var statistics: [Statistics] = []
        var seen: Set<ByteText> = []
        for row in table.rows.prefix(ChildLimits.statistics.value) {
            guard row.count == 11, let name = row[0], seen.insert(name).inserted else {
                throw noAnswer("counters of databases")
            }
            // A database that nobody has used yet has none.
            func count(_ place: Int) -> Double { row[place].flatMap(seconds) ?? 0 }
            statistics.append(
                Statistics(
                    database: name.text, commits: count(1), rollbacks: count(2), deadlocks: count(3), conflicts: count(4),
                    temporaryBytes: count(5), blockHits: count(6), blockReads: count(7),
                    transactionAge: row[8].flatMap(seconds),
                    multixactAge: row[9].flatMap(seconds), began: row[10].flatMap(seconds)))
        }
        return statistics
    }

    private static func databases(_ table: ChildTable) throws(ProbeFailure) -> [Database] {
        var databases: [Database] = []
        var seen: Set<ByteText> = []
        for row in table.rows.prefix(ChildLimits.databases.value) {
            guard row.count == 2, let name = row[0] else { throw noAnswer("sizes of databases") }
            // Of one that the user may not connect to, nothing is said.
            guard let size = row[1].flatMap({ Int($0.text) }), size >= 0, seen.insert(name).inserted else { continue }
            databases.append(Database(name: name.text, size: size))
        }
        return databases
    }

    /// A number that is not below 0, where clocks may say otherwise.
    private static func seconds(_ text: ByteText) -> Double? {
        guard let number = Double(text.text), number.isFinite else { return nil }
        return max(0, number)
    }

    /// A number of things of which no server has so many that their sums could not be told.
    private static func count(_ text: ByteText) -> Int? { Int(text.text).flatMap { (0...mostThings).contains($0) ? $0 : nil } }

    private static let mostThings = 1_000_000_000

    private static func noAnswer(_ what: String) -> ProbeFailure {
        ProbeFailure(.content, "the server does not say its \(what): it is no PostgreSQL of version 11 or later")
    }
}
