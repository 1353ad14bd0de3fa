import AgentMetrics
import ApusLimits
import ApusText

/// A PgBouncer that is asked on its administration console, and as whom.
package struct PgBouncerTarget: Sendable, Hashable {
    /// The connection, whose database is the console.
    package var server: PostgreSQLTarget

    package init(host: String = "127.0.0.1", port: Int = 6432, user: String) {
        server = PostgreSQLTarget(host: host, port: port, database: "pgbouncer", user: user)
    }
}

/// What a PgBouncer says of its pools.
package struct PgBouncerFigures: Sendable, Equatable {
    package struct Pool: Sendable, Equatable {
        package let database: String
        package let user: String
        package let clients: [Count]
        package let servers: [Count]
        package let longestWait: Double?

        fileprivate var key: Key { Key(database: ByteText(database), user: ByteText(user)) }

        fileprivate struct Key: Hashable, Comparable {
            let database: ByteText
            let user: ByteText

            static func < (one: Self, other: Self) -> Bool { (one.database, one.user) < (other.database, other.user) }
        }
    }

    package struct Count: Sendable, Equatable {
        package let state: String
        package let count: Int

        package init(state: String, count: Int) {
            self.state = state
            self.count = count
        }
    }

    package struct Item: Sendable, Equatable {
        package let name: String
        package let count: Int
    }

    package let pools: [Pool]
    package let items: [Item]
    package let maxClients: Int?

    /// What is asked for the figures: the console takes one statement of its own at a time.
    static let statements = ["SHOW POOLS", "SHOW LISTS", "SHOW CONFIG"].map { ChildStatement($0, rows: 10_000) }

    /// Makes figures of the answers to ``statements``, whose columns differ from version to version.
    package init(_ outcomes: [ChildOutcome]) throws(ProbeFailure) {
        let tables = try outcomes.map { outcome throws(ProbeFailure) in try outcome.get() }
        guard tables.count == 3, ["database", "user", "cl_active", "sv_active"].allSatisfy(tables[0].columns.contains) else {
            throw ProbeFailure(
                .content, "SHOW POOLS is not answered as a PgBouncer does: is it one, on its administration console?")
        }
        let pools = tables[0].rows.compactMap { Self.pool(Dictionary(zip(tables[0].columns, $0)) { one, _ in one }) }
        let most = pools.sorted {
            let (one, other) = ($0.clients.reduce(0) { $0 + $1.count }, $1.clients.reduce(0) { $0 + $1.count })
            return one == other ? $0.key < $1.key : one > other
        }.prefix(ChildLimits.pools.value)
        var seen: Set<Pool.Key> = []
        self.pools = most.filter { seen.insert($0.key).inserted }.sorted { $0.key < $1.key }
        var names: Set<ByteText> = []
        // The lists are few and named by the program.
        items = tables[1].rows.prefix(32).compactMap { row in
            guard row.count >= 2, let name = row[0], let count = row[1].flatMap(Self.count), names.insert(name).inserted else {
                return nil
            }
            return Item(name: name.text, count: count)
        }
        maxClients =
            tables[2].rows.first { $0.first == "max_client_conn" }.flatMap { $0.count > 1 ? $0[1] : nil }.flatMap(Self.count)
    }

    private static func pool(_ row: [ByteText: ByteText?]) -> Pool? {
        guard let database = row["database"] ?? nil, let user = row["user"] ?? nil else { return nil }
        func counts(_ prefix: String) -> [Count] {
            row.compactMap { column, value -> (state: ByteText, count: Int)? in
                guard column.text.utf8.starts(with: prefix.utf8), let count = value.flatMap(count) else { return nil }
                return (ByteText(String(decoding: column.text.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)), count)
            }.sorted { $0.state < $1.state }.prefix(16).map { Count(state: $0.state.text, count: $0.count) }
        }
        func seconds(_ name: ByteText) -> Double? {
            (row[name] ?? nil).flatMap { Double($0.text) }.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
        }
        return Pool(
            database: database.text, user: user.text, clients: counts("cl_"), servers: counts("sv_"),
            longestWait: seconds("maxwait").map { $0 + (seconds("maxwait_us") ?? 0) / 1e6 })
    }

    /// A number of things of which no server has so many that their sums could not be told.
    private static func count(_ text: ByteText) -> Int? { Int(text.text).flatMap { (0...mostThings).contains($0) ? $0 : nil } }

    private static let mostThings = 1_000_000_000
}
