import ApusProbes
import ApusText
import ApusYAML

extension WatchFileParser {
    /// A Redis: `HOST:PORT`, the path of its socket, or a map.
    mutating func redisProbe(_ value: PlacedYAML) -> ProbeTarget? {
        if case .scalar(let text, _) = value.value {
            if text.hasPrefix("/") { return streamSocket(value, "redis").map { .redis(RedisTarget(.unix($0))) } }
            return hostAndPort(value, "redis", usual: Self.redisPort).map {
                .redis(RedisTarget(.internet(host: $0.host, port: $0.port)))
            }
        }
        let before = faults.count
        guard let keys = keys(of: value, ProbeKey.ofRedis, secrets: ["password"], in: "redis") else { return nil }
        let place = redisPlace(keys, at: value.place)
        let user = keys["user"].flatMap { text($0, "user") }
        let password = secret(keys, "password")
        if let value = keys["user"], keys["password_file"] == nil, keys["password_credential"] == nil {
            note("user goes with a password: write password_file or password_credential", at: value.place)
        }
        let tls = probeTLS(keys["tls"])
        guard faults.count == before, let place else { return nil }
        var target = RedisTarget(place)
        (target.user, target.password, target.tls) = (user, password, tls)
        return .redis(target)
    }

    private static let redisPort = 6379

    private mutating func redisPlace(_ keys: [String: PlacedYAML], at place: TextPlace) -> ProbePlace? {
        if let socket = keys["unix"] {
            if let other = keys["host"] ?? keys["port"] {
                note("unix and host are both there: leave one of them out", at: other.place)
            }
            return streamSocket(socket, "unix").map { .unix($0) }
        }
        guard let value = keys["host"] else {
            note("host is missing: write it, or unix with the path of the socket", at: place)
            return nil
        }
        let port = keys["port"].map { self.port($0, "port") } ?? Self.redisPort
        guard let host = host(value, "host"), let port else { return nil }
        return .internet(host: host, port: port)
    }
}
