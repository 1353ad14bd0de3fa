import ApusText
import Foundation
import Yams

/// How a client asks a server, as a file of Prometheus' `http_config` says it, which `promtool --http.config.file` reads too
/// (https://prometheus.io/docs/prometheus/latest/configuration/configuration/#http_config).
struct HTTPConfig: Sendable {
    /// The value of the header `Authorization`.
    var authorization: String?
    var headers: [RequestHeader] = []
    var security = ServerAccess.SecurityChoice()
    var followsRedirects = true

    init() {}

    /// Reads a file; paths in it begin at its folder.
    ///
    /// - Throws: ``AccessFault`` with file, line and column.
    init(path: String) throws(AccessFault) {
        let bytes = try SecretFile.bytes(of: path, for: "--http-config")
        self.init()
        if let map = try HTTPConfigMap.read(bytes, Self.keys, of: path) { try read(map) }
    }

    private static let keys = [
        "basic_auth", "authorization", "bearer_token", "bearer_token_file", "tls_config", "http_headers", "follow_redirects",
        "enable_http2",
    ]

    private mutating func read(_ map: HTTPConfigMap) throws(AccessFault) {
        var speakers: [String] = []
        for key in ["basic_auth", "authorization", "bearer_token", "bearer_token_file"] where map[key] != nil {
            speakers.append(key)
        }
        if speakers.count > 1, let place = map[speakers[1]]?.place {
            throw map.fault("\(speakers.joined(separator: " and ")) say who asks: leave all but one of them out", at: place)
        }
        if let basic = try map.map("basic_auth", ["username", "username_file", "password", "password_file"]) {
            let user = try basic.secret("username", orFile: "username_file") ?? ""
            authorization = try BasicCredentials.header(
                user: user, password: try basic.secret("password", orFile: "password_file") ?? "",
                of: "basic_auth in \(map.path)")
        }
        if let own = try map.map("authorization", ["type", "credentials", "credentials_file"]) {
            let type = try own.text("type") ?? "Bearer"
            guard type.lowercased() != "basic", let place = map["authorization"]?.place else {
                throw map.fault("type basic is not taken here: write basic_auth", at: map["authorization"]?.place ?? map.place)
            }
            let value = try own.secret("credentials", orFile: "credentials_file") ?? ""
            authorization = try RequestHeader(
                name: "Authorization", value: value.isEmpty ? type : "\(type) \(value)", of: "\(map.path):\(place)"
            ).value
        }
        if let token = try map.secret("bearer_token", orFile: "bearer_token_file") {
            authorization = try RequestHeader(name: "Authorization", value: "Bearer \(token)", of: map.path).value
        }
        if let tls = try map.map("tls_config", TLSKeys.all) { security = try TLSKeys.security(tls) }
        followsRedirects = try map.boolean("follow_redirects") ?? true
        // HTTP/1.1 is spoken, whatever it says.
        _ = try map.boolean("enable_http2")
        try readHeaders(map)
    }

    private mutating func readHeaders(_ map: HTTPConfigMap) throws(AccessFault) {
        guard let all = map["http_headers"] else { return }
        guard let members = all.mapping else {
            throw map.fault("http_headers is \(all.kind): write a map of names", at: all.place)
        }
        for (key, value) in members {
            let place = "\(map.path):\(key.place)"
            guard let name = key.scalar?.string, name.lowercased() != "authorization" else {
                throw AccessFault("\(place): Authorization is no header here: write authorization or basic_auth")
            }
            let header = try HTTPConfigMap(value, name, ["values", "secrets", "files"], of: map.path)
            for text in try header.texts("values") + header.texts("secrets") {
                headers.append(try RequestHeader(name: name, value: text, of: place))
            }
            for file in try header.texts("files") {
                headers.append(try RequestHeader(name: name, value: try header.secret(inFile: file), of: place))
            }
        }
    }
}

/// The keys of `tls_config`.
enum TLSKeys {
    static let all = [
        "ca", "ca_file", "cert", "cert_file", "key", "key_file", "server_name", "insecure_skip_verify", "min_version",
        "max_version",
    ]

    static func security(_ map: HTTPConfigMap) throws(AccessFault) -> ServerAccess.SecurityChoice {
        var security = ServerAccess.SecurityChoice()
        security.authorities = try pem(map, "ca", "ca_file")
        security.certificate = try pem(map, "cert", "cert_file")
        security.key = try pem(map, "key", "key_file")
        try security.requirePair(of: "tls_config in \(map.path)")
        security.serverName = try map.text("server_name").flatMap { $0.isEmpty ? nil : $0 }
        security.verifies = try !(map.boolean("insecure_skip_verify") ?? false)
        security.least = try version(map, "min_version")
        security.most = try version(map, "max_version")
        if let most = security.most, most < security.least ?? .TLS12 {
            let words =
                security.least.map { "min_version \($0) is above max_version \(most): leave one of both out" }
                ?? "max_version \(most) is below TLS12, which is the least without min_version: write that as well"
            throw map.fault(words, at: map["max_version"]?.place ?? map.place)
        }
        return security
    }

    private static func pem(_ map: HTTPConfigMap, _ key: String, _ fileKey: String) throws(AccessFault) -> PEMText? {
        guard let text = try map.secret(key, orFile: fileKey) else { return nil }
        let file = try map.text(fileKey).map(map.resolved)
        return PEMText(bytes: Array(text.utf8), place: file ?? "\(key) in \(map.path)")
    }

    private static func version(_ map: HTTPConfigMap, _ key: String) throws(AccessFault) -> TLSVersionName? {
        guard let text = try map.text(key) else { return nil }
        guard let version = TLSVersionName(rawValue: text) else {
            throw map.fault(
                "\(key) \(text.quotedExcerpt()): write one of \(TLSVersionName.allCases.map(\.rawValue).joined(separator: ", "))",
                at: map[key]?.place ?? map.place)
        }
        return version
    }
}

/// A version of TLS, as Prometheus' files name it.
enum TLSVersionName: String, CaseIterable, Comparable, Sendable {
    case TLS10, TLS11, TLS12, TLS13

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Certificates or a key in PEM, and where they stand.
struct PEMText: Sendable, Equatable {
    let bytes: [UInt8]
    let place: String
}

extension ServerAccess.SecurityChoice {
    /// - Throws: ``AccessFault`` of a certificate without its key, or a key without its certificate.
    func requirePair(of place: String) throws(AccessFault) {
        guard (certificate == nil) != (key == nil) else { return }
        throw AccessFault(
            certificate == nil
                ? "\(place): there is a key without its certificate: give both"
                : "\(place): there is a certificate without its key: give both")
    }
}
