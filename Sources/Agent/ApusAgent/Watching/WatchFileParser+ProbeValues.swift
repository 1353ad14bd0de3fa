import AgentMetrics
import ApusLimits
import ApusProbes
import ApusText
import ApusYAML

/// What all kinds of probes read alike. Each method notes what is wrong, at its place and with what to write, and returns `nil` then; who
/// reads several values compares the number of `faults` before and after.
extension WatchFileParser {
    /// The values of a probe's map by their keys, as ``keys(of:_:in:)`` gives them, where a secret may be named but not written.
    ///
    /// - Parameters:
    ///   - known: the keys besides those of secrets.
    ///   - secrets: such as `password`, of which `password_file` and `password_credential` are keys, and `password` is refused.
    mutating func keys(
        of value: PlacedYAML, _ known: [String], secrets: [String], in what: String
    ) -> [String: PlacedYAML]? {
        var all = keys(of: value, known + secrets.flatMap(ProbeKey.ofSecret), refused: secrets, in: what)
        for stem in secrets {
            // What it is never stands in the fault.
            guard let written = all?.removeValue(forKey: stem) else { continue }
            note(
                "\(stem) is not written into this file, which others read: write it into a file that the agent's user alone may read, and name that with \(stem)_file, or a credential of the agent's unit with \(stem)_credential",
                at: written.place)
        }
        return all
    }

    /// The secret that keys name, such as `password_file` or `password_credential`; `nil` also where they name none.
    mutating func secret(_ keys: [String: PlacedYAML], _ stem: String) -> ProbeSecret? {
        let (file, credential) = (keys["\(stem)_file"], keys["\(stem)_credential"])
        if let file, credential != nil {
            note("\(stem)_file and \(stem)_credential both name the \(stem): leave one of them out", at: file.place)
            return nil
        }
        if let file { return absolutePath(file, "\(stem)_file").map { .file($0) } }
        guard let credential, let name = text(credential, "\(stem)_credential") else { return nil }
        // As systemd takes names of credentials: those of files (systemd.exec(5)).
        guard name.utf8.count <= 255, !name.contains("/"), ![".", ".."].contains(name),
            name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            note(
                "\(Self.shown(name, "\(stem)_credential")) is no name of a credential: write the one before the colon of LoadCredential=",
                at: credential.place)
            return nil
        }
        return .credential(name)
    }

    /// How TLS is spoken: a map, or `true` for the authorities that the system trusts. `nil` also where the key is not there, or `false`.
    mutating func probeTLS(_ value: PlacedYAML?) -> ProbeTLS? {
        guard let value else { return nil }
        if case .scalar = value.value { return boolean(value, "tls") == true ? ProbeTLS() : nil }
        let before = faults.count
        guard let keys = keys(of: value, ProbeKey.ofTLS, in: "tls") else { return nil }
        var tls = ProbeTLS()
        tls.authorityFile = keys["ca_file"].flatMap { absolutePath($0, "ca_file") }
        tls.certificateFile = keys["cert_file"].flatMap { absolutePath($0, "cert_file") }
        tls.keyFile = keys["key_file"].flatMap { absolutePath($0, "key_file") }
        tls.serverName = keys["server_name"].flatMap { host($0, "server_name") }
        tls.skipsVerification = keys["insecure_skip_verify"].flatMap { boolean($0, "insecure_skip_verify") } ?? false
        for (key, other) in [("cert_file", "key_file"), ("key_file", "cert_file")] {
            guard let value = keys[key], keys[other] == nil else { continue }
            note("\(key) goes with \(other): name both, or none", at: value.place)
        }
        if let value = keys["insecure_skip_verify"], tls.skipsVerification {
            remark(
                "insecure_skip_verify takes any server for the one that is meant: name its authority with ca_file",
                at: value.place)
        }
        return faults.count == before ? tls : nil
    }

    /// A key with what is written for it, as far as a fault may repeat that, which goes into logs: a word, an address or a path, and nothing
    /// that may be or hold a secret, such as a URL with a user, a connection string, or the secret where the name of its file belongs.
    static func shown(_ text: String, _ key: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            byte > 0x20 && byte < 0x7F && !"@=?&%;'\"".utf8.contains(byte)
        }
        let namesSecret =
            key.hasSuffix("_credential") || key.hasSuffix("_file") && !["ca_file", "cert_file", "key_file"].contains(key)
        return isPlain && !namesSecret && !text.contains("://")
            ? "\(key) \(text.quotedExcerpt())" : "\(key), which is not repeated here as it may hold a secret,"
    }

    /// A duration within a range.
    mutating func duration(_ value: PlacedYAML, _ key: String, _ range: ClosedRange<Duration>) -> Duration? {
        guard let text = text(value, key) else { return nil }
        guard let duration = DurationText.parse(text), range.contains(duration) else {
            note(
                "\(Self.shown(text, key)) is no duration from \(DurationText.string(range.lowerBound)) to "
                    + "\(DurationText.string(range.upperBound)): write one such as 5s", at: value.place)
            return nil
        }
        return duration
    }

    /// A host to be asked: a name, or an address with or without brackets.
    mutating func host(_ value: PlacedYAML, _ key: String) -> String? {
        guard let text = text(value, key) else { return nil }
        guard text != "*", let host = Self.askedHost(text) else {
            note(
                "\(Self.shown(text, key)) is neither an address nor a host's name: write one such as 127.0.0.1, ::1 or db.example",
                at: value.place)
            return nil
        }
        return host
    }

    /// A host as it is asked for: the period stays with which a name may end, as a resolver goes through no search list then.
    private static func askedHost(_ text: String) -> String? {
        guard text.hasSuffix("."), text.utf8.count > 1 else { return try? ListenAddress.host(text) }
        let name = String(text.dropLast())
        return (try? ListenAddress.host(name)).map { $0 + "." }
    }

    /// A port from 1 to 65535.
    mutating func port(_ value: PlacedYAML, _ key: String) -> Int? {
        guard let text = text(value, key) else { return nil }
        guard text.utf8.count <= 5, text.utf8.allSatisfy({ (48...57).contains($0) }), let port = Int(text),
            (1...65535).contains(port)
        else {
            note("\(Self.shown(text, key)) is no port: write a number from 1 to 65535", at: value.place)
            return nil
        }
        return port
    }

    /// `HOST:PORT`, with an IPv6 address in brackets.
    ///
    /// - Parameter usual: the port where none is written; `nil`: it has to be.
    mutating func hostAndPort(_ value: PlacedYAML, _ key: String, usual: Int? = nil) -> (host: String, port: Int)? {
        guard let text = text(value, key) else { return nil }
        func fail(_ reason: String) -> (host: String, port: Int)? {
            note("\(Self.shown(text, key)) \(reason)", at: value.place)
            return nil
        }
        let example = "write HOST:PORT, such as 127.0.0.1:\(usual ?? 8080) or [::1]:\(usual ?? 8080)"
        if text.contains("@") { return fail("has a user in it: leave out what is before the @") }
        if text.contains("://") || text.contains("/") { return fail("is no host with its port: \(example)") }
        if let usual, text != "*", !text.contains(":") || text.hasSuffix("]"), let host = Self.askedHost(text) {
            return (host, usual)
        }
        do throws(ListenAddressFault) {
            // A name may end with a period.
            let isAbsolute = text.contains(".:")
            let address = try ListenAddress(isAbsolute ? text.replacing(".:", with: ":") : text)
            if text.hasPrefix(":") || text.hasPrefix("*") { return fail("names no host: \(example)") }
            guard address.port > 0 else { return fail("has no port from 1 to 65535: \(example)") }
            return (isAbsolute ? address.host + "." : address.host, address.port)
        } catch {
            switch error {
            case .noBrackets: return fail("has an IPv6 address without brackets: write [ADDRESS]:PORT, such as [::1]:8080")
            case .noPort, .noPortBehind: return fail("has no port: \(example)")
            case .notPort: return fail("has no port from 1 to 65535: \(example)")
            case .noHost, .notHost, .notIPv6: return fail("names no host: \(example)")
            }
        }
    }

    /// An absolute path.
    mutating func absolutePath(_ value: PlacedYAML, _ key: String) -> String? {
        guard let text = text(value, key) else { return nil }
        guard text.hasPrefix("/"), text.utf8.count < Self.longestPath else {
            note("\(Self.shown(text, key)) is no absolute path: write one that begins with /", at: value.place)
            return nil
        }
        return text
    }

    /// Bytes of a path that Linux takes (`PATH_MAX`).
    private static let longestPath = 4096

    /// The path of a Unix socket, or with a leading `@` its abstract name.
    mutating func socketPath(_ value: PlacedYAML, _ key: String) -> String? {
        guard let text = text(value, key) else { return nil }
        guard text.hasPrefix("/") && !text.hasSuffix("/") || text.hasPrefix("@") && text.utf8.count > 1 else {
            note(
                "\(Self.shown(text, key)) is no socket: write its absolute path, or @NAME for an abstract one",
                at: value.place)
            return nil
        }
        guard text.utf8.count <= AgentLimits.socketPathBytes else {
            note(
                "\(Self.shown(text, key)) has more than \(AgentLimits.socketPathBytes) bytes, the most that Linux takes: choose a shorter path",
                at: value.place)
            return nil
        }
        return text
    }
}
