package import AgentMetrics
import ApusText

/// What a Redis says of itself in answer to `INFO`; nil where it says nothing, or nothing that makes sense.
package struct RedisFigures: Sendable, Hashable {
    package var memoryUsed: UInt64?
    package var memoryLimit: UInt64?
    package var memoryResident: UInt64?
    package var clientsConnected: UInt64?
    package var clientsBlocked: UInt64?
    package var clientsLimit: UInt64?
    package var connections: UInt64?
    package var rejectedConnections: UInt64?
    package var commands: UInt64?
    package var evictedKeys: UInt64?
    package var expiredKeys: UInt64?
    package var keyspaceHits: UInt64?
    package var keyspaceMisses: UInt64?
    package var role: RedisRole?
    package var replicas: UInt64?
    /// Whether a replica is connected to its master.
    package var isLinked: Bool?
    /// The seconds since a replica heard of its master last.
    package var linkSilence: UInt64?
    /// The bytes of the replication stream that a replica was sent and has not applied yet.
    package var replicaLag: UInt64?
    /// The most bytes that a replica of a master lags behind.
    package var replicasLag: UInt64?
    package var isLoading: Bool?
    /// When the last snapshot was saved, in seconds since the Unix epoch.
    package var savedAt: UInt64?
    package var isSaved: Bool?
    package var uptime: UInt64?
    package var runID: String?
    package var version: String?
    /// When its counts began, in seconds since the Unix epoch; it stays as long as they go on.
    package var began: Double?
    /// When the certificates end that the server has shown; nil where it has shown none.
    package var certificates: CertificateEnds?

    package init() {}

    /// Reads an answer to `INFO`; of a field that is there twice the first counts. Nil where it is none.
    package init?(_ text: [UInt8]) {
        var fields: [String: Substring] = [:]
        var replicaOffsets: [UInt64] = []
        for line in String(decoding: text, as: UTF8.self).utf8.split(whereSeparator: { $0 == 13 || $0 == 10 }) {
            guard line.first != UInt8(ascii: "#"), let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let (name, value) = (Substring(line[..<colon]), Substring(line[line.index(after: colon)...]))
            // As texts they would be compared in a time that grows with the square of their length.
            guard name.utf8.count <= 40, value.utf8.count <= 256 else { continue }
            if Self.isReplica(name) {
                if let offset = Self.offset(value) { replicaOffsets.append(offset) }
            } else if Self.names.contains(String(name)), fields[String(name)] == nil {
                fields[String(name)] = value
            }
        }
        guard fields["redis_version"] ?? fields["valkey_version"] != nil, fields["uptime_in_seconds"] != nil else { return nil }
        func number(_ name: String) -> UInt64? { fields[name].flatMap { UInt64($0) } }
        func word(_ name: String) -> String? { fields[name].map { String($0).excerpt(64).showingUnseen() } }
        (memoryUsed, memoryLimit, memoryResident) = (number("used_memory"), number("maxmemory"), number("used_memory_rss"))
        (clientsConnected, clientsBlocked, clientsLimit) = (
            number("connected_clients"), number("blocked_clients"), number("maxclients")
        )
        (connections, rejectedConnections) = (number("total_connections_received"), number("rejected_connections"))
        commands = number("total_commands_processed")
        (evictedKeys, expiredKeys) = (number("evicted_keys"), number("expired_keys"))
        (keyspaceHits, keyspaceMisses) = (number("keyspace_hits"), number("keyspace_misses"))
        role = fields["role"].flatMap { RedisRole(word: $0) }
        replicas = number("connected_slaves")
        isLoading = number("loading").map { $0 != 0 }
        (savedAt, isSaved) = (number("rdb_last_save_time"), fields["rdb_last_bgsave_status"].map { $0 == "ok" })
        (uptime, runID, version) = (
            number("uptime_in_seconds"), word("run_id"), word("redis_version") ?? word("valkey_version")
        )
        let offset = number("master_repl_offset")
        if role == .replica {
            isLinked = fields["master_link_status"].map { $0 == "up" }
            // -1 while there is no link.
            linkSilence = number("master_last_io_seconds_ago")
            if let read = number("slave_read_repl_offset") ?? offset, let applied = number("slave_repl_offset") {
                replicaLag = read > applied ? read - applied : 0
            }
        }
        if let offset, let slowest = replicaOffsets.min() { replicasLag = offset > slowest ? offset - slowest : 0 }
    }

    /// Whether counts have begun anew since a server said others: one that has not never falls.
    func hasReset(since former: RedisFigures) -> Bool {
        let counts = [
            (commands, former.commands), (connections, former.connections),
            (rejectedConnections, former.rejectedConnections), (evictedKeys, former.evictedKeys),
            (expiredKeys, former.expiredKeys), (keyspaceHits, former.keyspaceHits),
            (keyspaceMisses, former.keyspaceMisses),
        ]
        return counts.contains { now, before in if let now, let before { now < before } else { false } }
    }

    private static let names: Set = [
        "redis_version", "valkey_version", "uptime_in_seconds", "run_id", "used_memory", "maxmemory", "used_memory_rss",
        "connected_clients", "blocked_clients", "maxclients", "total_connections_received", "rejected_connections",
        "total_commands_processed", "evicted_keys", "expired_keys", "keyspace_hits", "keyspace_misses", "role",
        "connected_slaves", "loading", "rdb_last_save_time", "rdb_last_bgsave_status", "master_repl_offset",
        "slave_repl_offset", "slave_read_repl_offset", "master_link_status", "master_last_io_seconds_ago",
    ]

    /// Whether a field is of one replica, such as `slave0`.
    private static func isReplica(_ name: Substring) -> Bool {
        name.hasPrefix("slave") && name.utf8.count > 5 && name.utf8.dropFirst(5).allSatisfy { (48...57).contains($0) }
    }

    /// The offset of `ip=127.0.0.1,port=6380,state=online,offset=14,lag=0`.
    private static func offset(_ value: Substring) -> UInt64? {
        let fields = value.split(separator: ",")
        guard fields.contains("state=online") else { return nil }
        return fields.first { $0.hasPrefix("offset=") }.flatMap { UInt64($0.dropFirst(7)) }
    }
}

extension RedisRole {
    init?(word: Substring) {
        switch word {
        case "master": self = .master
        case "slave", "replica": self = .replica
        default: return nil
        }
    }
}
