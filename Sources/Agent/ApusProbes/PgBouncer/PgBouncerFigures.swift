import AgentMetrics
import ApusLimits

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
    package init(_ tables: [ChildTable]) throws(ProbeFailure) {
        guard tables.count == 3, ["database", "user", "cl_active", "sv_active"].allSatisfy(tables[0].columns.contains) else {
            throw ProbeFailure(
                .content, "SHOW POOLS is not answered as a PgBouncer does: is it one, on its administration console?")
        }
        let pools = tables[0].rows.compactMap { Self.pool(Dictionary(zip(tables[0].columns, $0)) { one, _ in one }) }
        let most = pools.sorted {
            let (one, other) = ($0.clients.reduce(0) { $0 + $1.count }, $1.clients.reduce(0) { $0 + $1.count })
            return one == other ? ($0.database, $0.user) < ($1.database, $1.user) : one > other
        }.prefix(ChildLimits.pools.value)
        var seen: Set<[String]> = []
        self.pools = most.filter { seen.insert([$0.database, $0.user]).inserted }
            .sorted { ($0.database, $0.user) < ($1.database, $1.user) }
        var names: Set<String> = []
        // The lists are few and named by the program.
        items = tables[1].rows.prefix(32).compactMap { row in
            guard row.count >= 2, let name = row[0], let count = row[1].flatMap({ Int($0) }), names.insert(name).inserted else {
                return nil
            }
            return Item(name: name, count: count)
        }
        maxClients =
            tables[2].rows.first { $0.first == "max_client_conn" }.flatMap { $0.count > 1 ? $0[1] : nil }.flatMap { Int($0) }
    }

    private static func pool(_ row: [String: String?]) -> Pool? {
        guard let database = row["database"] ?? nil, let user = row["user"] ?? nil else { return nil }
        func counts(_ prefix: String) -> [Count] {
            row.compactMap { column, value in
                guard column.hasPrefix(prefix), let count = value.flatMap({ Int($0) }) else { return nil }
                return Count(state: String(column.dropFirst(prefix.utf8.count)), count: count)
            }.sorted { $0.state < $1.state }.prefix(16).map { $0 }
        }
        let wait = (row["maxwait"] ?? nil).flatMap { Double($0) }
        let fraction = (row["maxwait_us"] ?? nil).flatMap { Double($0) } ?? 0
        return Pool(
            database: database, user: user, clients: counts("cl_"), servers: counts("sv_"),
            longestWait: wait.map { $0 + fraction / 1e6 })
    }
}
