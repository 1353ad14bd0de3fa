import ApusLimits
import ApusProbes
import ApusText
import ApusYAML

extension WatchFileParser {
    /// The health of a service over HTTP: its URL, or a map with `url`.
    mutating func httpProbe(_ value: PlacedYAML) -> ProbeTarget? {
        if case .scalar = value.value { return probeURL(value, "http").map { .http(HTTPTarget(url: $0)) } }
        let before = faults.count
        guard let keys = keys(of: value, ProbeKey.ofHTTP, secrets: ["password", "bearer_token"], in: "http") else { return nil }
        if keys["url"] == nil {
            note("url is missing: write what is asked for, such as https://127.0.0.1:8443/health", at: value.place)
        }
        let url = keys["url"].flatMap { probeURL($0, "url") }
        let login = login(keys, takesToken: true, at: value.place)
        var target = url.map { HTTPTarget(url: $0) }
        if let login { target?.login = login }
        if let method = keys["method"].flatMap({ httpMethod($0) }) { target?.method = method }
        if let headers = keys["headers"].flatMap({ httpHeaders($0) }) {
            target?.headers = headers.plain
            target?.secretHeaders = headers.secret
        }
        target?.text = keys["body"].flatMap { bodyText($0) }
        if let status = keys["status"].flatMap({ expectedStatus($0) }) { target?.status = status }
        if let tls = url.flatMap({ probeTLS(keys["tls"], of: $0) }) { target?.tls = tls }
        target?.socket = keys["unix"].flatMap { streamSocket($0, "unix") }
        guard faults.count == before, let target else { return nil }
        return .http(target)
    }

    /// A URL that a probe asks for. A fault repeats nothing of it, as any part of it can be secret.
    mutating func probeURL(_ value: PlacedYAML, _ key: String) -> ProbeURL? {
        guard let text = text(value, key) else { return nil }
        do throws(ProbeURLFault) { return try ProbeURL(text) } catch {
            note("\(key) \(error.reason)", at: value.place)
            return nil
        }
    }

    /// How TLS is spoken with a URL; the key `tls` goes with https alone.
    mutating func probeTLS(_ value: PlacedYAML?, of url: ProbeURL) -> ProbeTLS? {
        guard let value else { return nil }
        if !url.isSecure {
            note("tls goes with a URL of https: write https:// there, or leave tls out", at: value.place)
            return nil
        }
        if case .scalar = value.value, let isSpoken = boolean(value, "tls"), !isSpoken {
            note("tls is false, and the URL is of https: write http:// there, or leave tls out", at: value.place)
            return nil
        }
        return probeTLS(value)
    }

    /// Who asks: a user with a password, or a token.
    mutating func login(_ keys: [String: PlacedYAML], takesToken: Bool, at place: TextPlace) -> HTTPLogin? {
        let user = keys["user"].flatMap { value -> String? in
            guard let text = text(value, "user") else { return nil }
            // RFC 7617, section 2: what is behind a colon would be the password.
            guard !text.contains(":"), text.unicodeScalars.allSatisfy({ !$0.isUnseen }), text.utf8.count <= 256 else {
                note(
                    "user has a colon, a character that is not seen, or more than 256 bytes: write another name",
                    at: value.place)
                return nil
            }
            return text
        }
        let password = secret(keys, "password")
        let token = takesToken ? secret(keys, "bearer_token") : nil
        if token != nil, let value = keys["user"] ?? keys["password_file"] ?? keys["password_credential"] {
            note("a bearer token and a user are both named: leave one of them out", at: value.place)
            return nil
        }
        if let token { return .bearer(token) }
        switch (user, password) {
        case (let user?, let password?): return .basic(user: user, password: password)
        case (_?, nil) where keys["password_file"] == nil && keys["password_credential"] == nil:
            note("user goes with a password: write password_file or password_credential", at: keys["user"]?.place ?? place)
            return nil
        case (nil, _?) where keys["user"] == nil:
            note("password_file goes with a user: write user", at: place)
            return nil
        default: return HTTPLogin.none
        }
    }

    private mutating func httpMethod(_ value: PlacedYAML) -> HTTPTarget.Method? {
        guard let text = text(value, "method") else { return nil }
        if let method = HTTPTarget.Method(rawValue: text) { return method }
        note("method is \(text.quotedExcerpt()): write GET or HEAD, which change nothing", at: value.place)
        return nil
    }

    /// The header fields to send: of each its value, or a map with the file or the credential that holds it.
    private mutating func httpHeaders(
        _ value: PlacedYAML
    ) -> (plain: [HTTPTarget.Field], secret: [HTTPTarget.SecretField])? {
        guard case .mapping(let members) = value.value else {
            note("headers is \(value.kind): write a map, such as { Accept: application/json }", at: value.place)
            return nil
        }
        let most = NetworkProbeLimits.headers.value
        if members.count > most { note("more than \(most) in headers: leave some out", at: members[most].place) }
        var (plain, secret): ([HTTPTarget.Field], [HTTPTarget.SecretField]) = ([], [])
        for member in members.prefix(most) {
            if case .mapping = member.value.value {
                guard let name = headerName(member.key, isSecret: true, at: member.place),
                    let value = secretValue(member.value)
                else { continue }
                secret.append(HTTPTarget.SecretField(name: name, value: value))
                continue
            }
            guard let name = headerName(member.key, isSecret: false, at: member.place),
                let text = text(member.value, "a header field")
            else { continue }
            guard text.utf8.count <= 1024, text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
                note(
                    "the header field \(name) has a character that is not ASCII or not seen, or more than 1024 bytes: write another value",
                    at: member.value.place)
                continue
            }
            plain.append(HTTPTarget.Field(name: name, value: text))
        }
        return (plain, secret)
    }

    /// Where the value of a header field is.
    private mutating func secretValue(_ value: PlacedYAML) -> ProbeSecret? {
        let before = faults.count
        guard let keys = keys(of: value, [], secrets: ["value"], in: "a header field") else { return nil }
        if let secret = secret(keys, "value") { return secret }
        if faults.count == before { note("a header field has no value: write value_file or value_credential", at: value.place) }
        return nil
    }

    /// What the body is to have.
    private mutating func bodyText(_ value: PlacedYAML) -> BodyText? {
        guard let keys = keys(of: value, ["contains"], in: "body") else { return nil }
        guard let written = keys["contains"] else {
            note("contains is missing: write the text that the body of a service which is well has", at: value.place)
            return nil
        }
        guard let text = text(written, "contains") else { return nil }
        let most = NetworkProbeLimits.text.value
        guard !text.isEmpty, text.utf8.count <= most.bytes else {
            note("contains is empty, or longer than \(most.limitText): write a part of the body", at: written.place)
            return nil
        }
        return BodyText(text)
    }

    private mutating func headerName(_ name: String, isSecret: Bool, at place: TextPlace) -> String? {
        let isToken = name.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
        guard isToken, !name.isEmpty, name.utf8.count <= 64 else {
            note("\(name.quotedExcerpt()) is no name of a header field: write one such as Accept", at: place)
            return nil
        }
        switch name.lowercased() {
        case "authorization", "proxy-authorization", "cookie":
            if isSecret { return name }
            note(
                "\(name) holds a secret, and this file holds none: write user and password_file, or bearer_token_file, or { value_file: PATH } in its place",
                at: place)
            return nil
        case "host" where !isSecret: return name
        case "host", "connection", "content-length", "transfer-encoding", "upgrade", "user-agent", "accept-encoding", "te",
            "trailer", "expect":
            note("\(name) is the probe's own to send: leave it out", at: place)
            return nil
        default: return name
        }
    }

    /// The codes that are expected: `200`, `"2xx"`, or a list of them.
    private mutating func expectedStatus(_ value: PlacedYAML) -> [ClosedRange<Int>]? {
        var elements = [value]
        if case .sequence(let several) = value.value { elements = several }
        guard !elements.isEmpty, elements.count <= 32 else {
            note("status is a list of none or of more than 32: write one such as [200, \"3xx\"]", at: value.place)
            return nil
        }
        let ranges = elements.compactMap { element -> ClosedRange<Int>? in
            guard let text = text(element, "status") else { return nil }
            let bytes = Array(text.lowercased().utf8)
            if bytes.count == 3, (49...57).contains(bytes[0]) {
                let hundred = Int(bytes[0] - 48) * 100
                if bytes[1...].elementsEqual("xx".utf8) { return hundred...(hundred + 99) }
                if let code = Int(text), code >= 100 { return code...code }
            }
            note(
                "status \(text.quotedExcerpt()) is no code: write one such as 200, or 2xx for all that begin so",
                at: element.place)
            return nil
        }
        return ranges.count == elements.count ? ranges : nil
    }

    /// The path of a socket that a connection of bytes goes to.
    mutating func streamSocket(_ value: PlacedYAML, _ key: String) -> String? {
        guard let path = socketPath(value, key) else { return nil }
        guard path.hasPrefix("/") else {
            note("\(key) is an abstract socket, and only those with a path are asked so: write a path", at: value.place)
            return nil
        }
        return path
    }
}

extension ProbeKey {
    static let ofHTTP = ["url", "method", "headers", "body", "user", "status", "tls", "unix"]
    static let ofRedis = ["host", "port", "unix", "user", "tls"]
    static let ofRabbitMQ = ["management", "prometheus", "user", "tls", "vhost", "queues"]
}
