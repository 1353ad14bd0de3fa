import ApusLimits
import ApusText
import ApusYAML

/// Makes a web configuration of what a file says, and notes all that is wrong with it.
///
/// It takes what the exporters' own reader takes, but for what cannot be meant: a section for TLS that leaves TLS off, names of clients
/// that nobody is asked for, a certificate that is named twice.
struct WebConfigurationParser {
    private var values: WatchFileParser
    private var certificates: ServerTLSParser

    /// - Parameters:
    ///   - path: of the file, whose folder paths in it begin from.
    ///   - faults: what is wrong already.
    init(path: String, faults: [WatchFault]) {
        values = WatchFileParser(faults: faults, host: "")
        certificates = ServerTLSParser(path: path)
    }

    var faults: [WatchFault] { values.faults }
    var remarks: [WatchFault] { values.remarks }
    /// The certificates and keys that were read, as they were just before.
    var files: [FileStamp] { certificates.files }

    mutating func configuration(_ root: PlacedYAML) -> WebConfiguration {
        var configuration = WebConfiguration()
        if let keys = values.keys(of: root, Key.ofFile, in: "the web configuration") {
            if let value = keys["tls_server_config"] {
                configuration.tls = certificates.tls(value, &values)
            }
            if let value = keys["http_server_config"], !value.isNull { server(value, &configuration) }
            if let value = keys["basic_auth_users"], !value.isNull { configuration.users = users(value) }
            if let value = keys["rate_limit"], !value.isNull { configuration.rate = rate(value) }
        }
        return configuration
    }

    // MARK: - Answers

    private mutating func server(_ value: PlacedYAML, _ configuration: inout WebConfiguration) {
        guard let keys = values.keys(of: value, Key.ofServer, in: "http_server_config") else { return }
        // Nothing goes by it: a client that would speak HTTP/2 is answered by HTTP/1.1, as ALPN has it.
        if let value = keys["http2"], !value.isNull { _ = values.boolean(value, "http2") }
        guard let value = keys["headers"], !value.isNull else { return }
        guard let fields = values.keys(of: value, Self.fields.map(\.name), in: "headers") else { return }
        for (name, allowed) in Self.fields {
            guard let value = fields[name], let text = field(value, name, allowed), !text.isEmpty else { continue }
            configuration.headers.append((name, text))
        }
    }

    /// The fields that can be set, and their values where there are but some.
    private static let fields: [(name: String, values: [String])] = [
        ("Strict-Transport-Security", []), ("X-Content-Type-Options", ["nosniff"]),
        ("X-Frame-Options", ["deny", "sameorigin"]),
        ("X-XSS-Protection", []), ("Content-Security-Policy", []),
    ]

    private mutating func field(_ value: PlacedYAML, _ name: String, _ allowed: [String]) -> String? {
        guard case .scalar(let text, _) = value.value else {
            values.note("\(name) is \(value.kind): write a text", at: value.place)
            return nil
        }
        if value.isNull || text.isEmpty { return "" }
        guard text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
            values.note("\(name) has a character that no field may have: write it on one line, in ASCII", at: value.place)
            return nil
        }
        guard allowed.isEmpty || allowed.contains(text) else {
            values.note(
                "\(name) is \(text.quotedExcerpt()): write \(allowed.joined(separator: " or "))", at: value.place)
            return nil
        }
        return text
    }

    // MARK: - Users

    private mutating func users(_ value: PlacedYAML) -> [String: BcryptHash] {
        guard case .mapping(let members) = value.value else {
            values.note("basic_auth_users is \(value.kind): write a map of users and their passwords' hashes", at: value.place)
            return [:]
        }
        if members.count > TrustLimits.users.value {
            values.note(
                "more than \(TrustLimits.users.value) users: give several clients one, or certificates",
                at: members[TrustLimits.users.value].place)
        }
        var users: [String: BcryptHash] = [:]
        for member in members.prefix(TrustLimits.users.value) {
            let name = member.key.quotedExcerpt()
            // A client writes a colon between the name and the password (RFC 7617, 2).
            guard !member.key.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f || $0 == UInt8(ascii: ":") }) else {
                values.note("the user \(name) has a colon or a control character, which no client can send", at: member.place)
                continue
            }
            guard case .scalar(let text, _) = member.value.value else {
                values.note("the password of \(name) is \(member.value.kind): write its hash", at: member.value.place)
                continue
            }
            // What stands there may be the password itself: nothing of it is said.
            do throws(BcryptHashFault) { users[member.key] = try BcryptHash(text) } catch {
                values.note("the password of \(name) \(error)", at: member.value.place)
            }
        }
        return users
    }

    // MARK: - Rate

    private mutating func rate(_ value: PlacedYAML) -> WebConfiguration.RequestRate? {
        guard let keys = values.keys(of: value, Key.ofRate, in: "rate_limit") else { return nil }
        let interval = keys["interval"].flatMap { self.interval($0) } ?? Duration.zero
        let burst = keys["burst"].flatMap { self.burst($0) } ?? 0
        return interval == .zero ? nil : .init(interval: interval, burst: burst)
    }

    private mutating func interval(_ value: PlacedYAML) -> Duration? {
        guard let text = values.text(value, "interval") else { return nil }
        guard let interval = DurationText.parse(text) else {
            values.note(
                "interval \(text.quotedExcerpt()) is no duration: write one such as 500ms or 1s, or 0 for none", at: value.place
            )
            return nil
        }
        return interval
    }

    private mutating func burst(_ value: PlacedYAML) -> Int? {
        guard let text = values.text(value, "burst") else { return nil }
        guard let burst = Int(text), (0...1_000_000).contains(burst) else {
            values.note("burst \(text.quotedExcerpt()) is no number of requests: write one from 0 to 1000000", at: value.place)
            return nil
        }
        return burst
    }

    private enum Key {
        static let ofFile = ["tls_server_config", "http_server_config", "basic_auth_users", "rate_limit"]
        static let ofServer = ["http2", "headers"]
        static let ofRate = ["interval", "burst"]
    }
}
