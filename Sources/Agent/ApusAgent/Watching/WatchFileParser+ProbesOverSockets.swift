import AgentMetrics
import ApusProbes
import ApusText
import ApusYAML

extension WatchFileParser {
    /// A port of TCP: `HOST:PORT`, or a map with `host`, `port` and where TLS is spoken `tls`.
    mutating func tcpProbe(_ value: PlacedYAML) -> ProbeTarget? {
        if case .scalar = value.value {
            return hostAndPort(value, "tcp").map { .tcp(TCPTarget(host: $0.host, port: $0.port)) }
        }
        let before = faults.count
        guard let keys = keys(of: value, ProbeKey.ofTCP, in: "tcp") else { return nil }
        for key in ["host", "port"] where keys[key] == nil {
            note("\(key) is missing: write it, or write tcp: HOST:PORT", at: value.place)
        }
        let host = keys["host"].flatMap { self.host($0, "host") }
        let port = keys["port"].flatMap { self.port($0, "port") }
        let tls = probeTLS(keys["tls"])
        guard faults.count == before, let host, let port else { return nil }
        return .tcp(TCPTarget(host: host, port: port, tls: tls))
    }

    /// A Unix socket: its path or abstract name, or a map with `path` and `type`.
    mutating func unixProbe(_ value: PlacedYAML) -> ProbeTarget? {
        if case .scalar = value.value { return socketPath(value, "unix").map { .unix(UnixTarget(path: $0)) } }
        let before = faults.count
        guard let keys = keys(of: value, ProbeKey.ofUnix, in: "unix") else { return nil }
        if keys["path"] == nil { note("path is missing: write the path of the socket, or @NAME", at: value.place) }
        let path = keys["path"].flatMap { socketPath($0, "path") }
        var form = UnixTarget.Form.stream
        if let value = keys["type"], let text = text(value, "type") {
            if let known = UnixTarget.Form(rawValue: text) {
                form = known
            } else {
                note(
                    "\(Self.shown(text, "type")) is no kind of socket: write \(UnixTarget.Form.allCases.map(\.rawValue).joined(separator: ", "))",
                    at: value.place)
            }
        }
        guard faults.count == before, let path else { return nil }
        return .unix(UnixTarget(path: path, form: form))
    }
}
