public import ApusMetrics

/// What Redis servers say of themselves that the agent asks.
public enum ProbedRedis: MetricSubsystem {
    public static let memoryUsed = Gauge<NoLabels>(
        "redis_server_memory_used_bytes", "Memory that the data of the Redis takes (used_memory).")
    public static let memoryLimit = Gauge<NoLabels>(
        "redis_server_memory_limit_bytes", "Memory that the data of the Redis may take (maxmemory); 0 where nothing limits it.")
    public static let memoryResident = Gauge<NoLabels>(
        "redis_server_memory_resident_bytes", "Memory that the process of the Redis takes (used_memory_rss).")
    public static let clients = Gauge<RedisClientLabels>(
        "redis_server_clients", "Clients of the Redis: all that are connected, and those that wait in a blocking command.")
    public static let clientsLimit = Gauge<NoLabels>(
        "redis_server_clients_limit", "Clients that the Redis takes (maxclients).")
    public static let connections = Counter<NoLabels>(
        "redis_server_connections_total", "Connections that the Redis accepted.")
    public static let rejectedConnections = Counter<NoLabels>(
        "redis_server_rejected_connections_total", "Connections that the Redis refused for having as many clients as it takes.")
    public static let commands = Counter<NoLabels>("redis_server_commands_total", "Commands that the Redis processed.")
    public static let evictedKeys = Counter<NoLabels>(
        "redis_server_evicted_keys_total", "Keys that the Redis removed for lack of memory.")
    public static let expiredKeys = Counter<NoLabels>(
        "redis_server_expired_keys_total", "Keys that the Redis removed as their time had come.")
    public static let lookups = Counter<RedisLookupLabels>(
        "redis_server_lookups_total", "Keys that were looked up in the Redis, by whether they were there.")
    public static let role = Gauge<RedisRoleLabels>(
        "redis_server_role", "1 for the role that the Redis has in its replication, else 0.")
    public static let replicas = Gauge<NoLabels>("redis_server_replicas", "Replicas that are connected to the Redis.")
    public static let replicasLag = Gauge<NoLabels>(
        "redis_server_replicas_lag_bytes", "Bytes of the stream of changes that the slowest replica of the Redis lacks.")
    public static let linkUp = Gauge<NoLabels>(
        "redis_server_master_link_up", "1 while a replica is connected to its master, else 0; absent of a master.")
    public static let linkSilence = Gauge<NoLabels>(
        "redis_server_master_silence_seconds", "Time since a replica heard of its master; absent while it is not connected.")
    public static let replicaLag = Gauge<NoLabels>(
        "redis_server_replica_lag_bytes", "Bytes of the stream of changes that a replica has read and not applied.")
    public static let loading = Gauge<NoLabels>(
        "redis_server_loading", "1 while the Redis reads its data from disk, and answers nobody, else 0.")
    public static let saved = Gauge<NoLabels>(
        "redis_server_last_save_timestamp_seconds", "When the Redis saved its data last, in seconds since the Unix epoch.")
    public static let saveSucceeded = Gauge<NoLabels>(
        "redis_server_last_save_success", "1 when the last attempt of the Redis to save its data succeeded, else 0.")
    public static let uptime = Gauge<NoLabels>("redis_server_uptime_seconds", "Time since the Redis started.")

    public static let title = "Redis servers"
    public static let origin = MetricOrigin.probe
    public static let families = [
        memoryUsed.family, memoryLimit.family, memoryResident.family, clients.family, clientsLimit.family, connections.family,
        rejectedConnections.family, commands.family, evictedKeys.family, expiredKeys.family, lookups.family, role.family,
        replicas.family, replicasLag.family, linkUp.family, linkSilence.family, replicaLag.family, loading.family,
        saved.family, saveSucceeded.family, uptime.family,
    ]
}

/// What a client of a Redis is about.
public enum RedisClientState: String, CaseIterable, Sendable {
    case connected, blocked
}

/// Whether a key was there that was looked up.
public enum RedisLookupResult: String, CaseIterable, Sendable {
    case hit, miss
}

/// What a Redis is in its replication.
public enum RedisRole: String, CaseIterable, Sendable {
    case master, replica
}

public struct RedisClientLabels: LabelSet {
    public enum Key: String, LabelKey { case state }
    public let state: RedisClientState
    public init(state: RedisClientState) { self.state = state }
    public subscript(key: Key) -> String { state.rawValue }
}

public struct RedisLookupLabels: LabelSet {
    public enum Key: String, LabelKey { case result }
    public let result: RedisLookupResult
    public init(result: RedisLookupResult) { self.result = result }
    public subscript(key: Key) -> String { result.rawValue }
}

public struct RedisRoleLabels: LabelSet {
    public enum Key: String, LabelKey { case role }
    public let role: RedisRole
    public init(role: RedisRole) { self.role = role }
    public subscript(key: Key) -> String { role.rawValue }
}
