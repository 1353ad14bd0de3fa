import ApusLinux
import ApusLimits
import ApusText
import ApusYAML
import NIOCore
import NIOSSL

/// Makes of `tls_server_config` what an agent speaks TLS with.
struct ServerTLSParser {
    /// The files that were read.
    private(set) var files: [FileStamp]
    private let folder: String

    /// - Parameter path: of the web configuration, whose folder paths in it begin from.
    init(path: String) {
        files = []
        folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }

    /// A text in PEM, and where the file says so.
    private struct Text {
        let bytes: [UInt8]
        let value: PlacedYAML
        /// The key by which it is given, and the path where it is that of a file.
        let name: String
    }

    /// - Returns: `nil` when something is wrong.
    mutating func tls(_ value: PlacedYAML, _ values: inout WatchFileParser) -> ServerTLS? {
        let before = values.faults.count
        guard let keys = values.keys(of: value, Self.keys, in: "tls_server_config") else { return nil }
        // One for a server is made of a key, which there may be none of yet; all that differs is set below.
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.applicationProtocols = ["http/1.1"]
        // What a client that has been asked to go does then holds nobody up.
        configuration.shutdownTimeout = .milliseconds(1)
        let certificate = text("cert", in: keys, value, isNeeded: true, &values)
        let key = text("key", in: keys, value, isNeeded: true, &values)
        let authority = text("client_ca", in: keys, value, isNeeded: false, &values)
        let chain = certificate.flatMap { certificates($0, &values) } ?? []
        if let key { configuration.privateKey = privateKey(key, &values).map { .privateKey($0) } }
        configuration.certificateChain = chain.map { .certificate($0) }
        let authentication = authentication(keys["client_auth_type"], &values)
        configuration.certificateVerification = authentication.verification
        // Nobody but those of the file: every owner of a domain has a certificate of an authority that the system knows.
        let roots = authority.flatMap { certificates($0, &values) } ?? []
        configuration.trustRoots = .certificates(roots)
        configuration.sendCANameList = !roots.isEmpty
        if authentication.isVerified, authority == nil, let value = keys["client_auth_type"] {
            values.remark(
                "\(authentication.rawValue) without client_ca_file takes no client's certificate: name the file of the authority that signs them",
                at: value.place)
        }
        if authentication == .none, let authority {
            values.note(
                "\(authority.name) goes with client_auth_type: write RequireAndVerifyClientCert there, or leave it out",
                at: authority.value.place)
        }
        let names = names(keys["client_allowed_sans"], authentication, &values)
        versions(keys, &configuration, &values)
        ciphers(keys["cipher_suites"], &configuration, &values)
        curves(keys["curve_preferences"], &configuration, &values)
        // The client's order counts, as it has with the exporters since Go 1.17.
        if let value = keys["prefer_server_cipher_suites"] { _ = values.boolean(value, "prefer_server_cipher_suites") }
        guard values.faults.count == before, let certificate, let leaf = chain.first else { return nil }
        do {
            // Made once, to see that it can be.
            _ = try NIOSSLContext(configuration: configuration)
            return ServerTLS(
                configuration: configuration, authentication: authentication, names: names, end: Double(leaf.notValidAfter))
        } catch {
            values.note(
                "\(certificate.name) and the key do not go together: name the key that the certificate was made for",
                at: certificate.value.place)
            return nil
        }
    }

    // MARK: - Files

    /// The text of `KEY`, or of the file of `KEY_file`.
    private mutating func text(
        _ key: String, in keys: [String: PlacedYAML], _ section: PlacedYAML, isNeeded: Bool, _ values: inout WatchFileParser
    ) -> Text? {
        let (inline, path) = (keys[key], keys[key + "_file"])
        if let inline, let path {
            values.note("\(key) and \(key)_file are both there: leave one of both out", at: max(inline, path).place)
            return nil
        }
        if let inline { return values.text(inline, key).map { Text(bytes: Array($0.utf8), value: inline, name: key) } }
        guard let path else {
            if isNeeded { values.note("\(key)_file is missing: write the path of the file", at: section.place) }
            return nil
        }
        guard let text = values.text(path, "\(key)_file") else { return nil }
        let whole = text.hasPrefix("/") ? text : folder + text
        files.append(FileStamp(whole))
        do throws(LinuxError) {
            let bytes = try WholeFile.read(whole, longest: TrustLimits.file.value.bytes)
            return Text(bytes: bytes, value: path, name: "\(key)_file \(text.quotedExcerpt())")
        } catch {
            values.note("\(key)_file \(whole.quotedExcerpt(200)): \(WebConfiguration.reason(error))", at: path.place)
            return nil
        }
    }

    private func certificates(_ text: Text, _ values: inout WatchFileParser) -> [NIOSSLCertificate]? {
        if let certificates = try? NIOSSLCertificate.fromPEMBytes(text.bytes), !certificates.isEmpty { return certificates }
        values.note("\(text.name) holds no certificate in PEM: write one, -----BEGIN CERTIFICATE-----", at: text.value.place)
        return nil
    }

    private func privateKey(_ text: Text, _ values: inout WatchFileParser) -> NIOSSLPrivateKey? {
        if let key = try? NIOSSLPrivateKey(bytes: text.bytes, format: .pem) { return key }
        values.note(
            "\(text.name) holds no private key in PEM that is not encrypted: write one, -----BEGIN PRIVATE KEY-----",
            at: text.value.place)
        return nil
    }

    // MARK: - Clients

    private func authentication(
        _ value: PlacedYAML?, _ values: inout WatchFileParser
    ) -> ServerTLS.ClientAuthentication {
        guard let value, !value.isNull else { return .none }
        guard let text = values.text(value, "client_auth_type") else { return .none }
        // The exporters' former name of it.
        if text == "RequireClientCert" { return .requireAny }
        if let authentication = ServerTLS.ClientAuthentication(rawValue: text) { return authentication }
        let known = ServerTLS.ClientAuthentication.allCases.map(\.rawValue)
        values.note("client_auth_type is \(text.quotedExcerpt()): write \(Self.choice(of: text, known))", at: value.place)
        return .none
    }

    private func names(
        _ value: PlacedYAML?, _ authentication: ServerTLS.ClientAuthentication, _ values: inout WatchFileParser
    ) -> Set<String>? {
        guard let value, let elements = Self.elements(value, "client_allowed_sans", &values) else { return nil }
        if authentication == .none {
            values.note(
                "client_allowed_sans goes with client_auth_type: write RequireAndVerifyClientCert there, or leave it out",
                at: value.place)
        }
        return Set(elements.compactMap { values.text($0, "a name of client_allowed_sans") })
    }

    // MARK: - What is spoken

    private func versions(
        _ keys: [String: PlacedYAML], _ configuration: inout TLSConfiguration, _ values: inout WatchFileParser
    ) {
        let least = version(keys["min_version"], "min_version", &values) ?? 2
        let most = version(keys["max_version"], "max_version", &values) ?? 3
        if least > most, let place = (keys["min_version"] ?? keys["max_version"])?.place {
            values.note(
                "min_version \(Self.versions[least].name) is above max_version \(Self.versions[most].name): write the lower one there",
                at: place)
        }
        configuration.minimumTLSVersion = Self.versions[least].version
        configuration.maximumTLSVersion = Self.versions[most].version
    }

    private static let versions: [(name: String, version: TLSVersion)] = [
        ("TLS10", .tlsv1), ("TLS11", .tlsv11), ("TLS12", .tlsv12), ("TLS13", .tlsv13),
    ]

    private func version(_ value: PlacedYAML?, _ key: String, _ values: inout WatchFileParser) -> Int? {
        guard let value, let text = values.text(value, key) else { return nil }
        if let version = Self.versions.firstIndex(where: { $0.name == text }) { return version }
        values.note(
            "\(key) is \(text.quotedExcerpt()): write \(Self.choice(of: text, Self.versions.map(\.name)))", at: value.place)
        return nil
    }

    private func ciphers(_ value: PlacedYAML?, _ configuration: inout TLSConfiguration, _ values: inout WatchFileParser) {
        guard let value, let elements = Self.elements(value, "cipher_suites", &values) else { return }
        let known = Self.ciphers.map(\.name)
        var chosen: [NIOTLSCipher] = []
        for element in elements {
            guard let text = values.text(element, "a cipher suite") else { continue }
            if let place = known.firstIndex(of: text) {
                chosen.append(contentsOf: [Self.ciphers[place].cipher].compactMap(\.self))
            } else {
                values.note(
                    "the cipher suite \(text.quotedExcerpt()) is not known: write \(Self.choice(of: text, known))",
                    at: element.place)
            }
        }
        guard chosen.isEmpty else { return configuration.cipherSuiteValues = chosen }
        // Those of TLS 1.3 alone, which has all of its own: nothing before it has one.
        guard configuration.maximumTLSVersion == .tlsv13 else {
            return values.note(
                "no cipher suite is one of TLS 1.2 or before: write one, or leave max_version out", at: value.place)
        }
        configuration.minimumTLSVersion = .tlsv13
    }

    /// The suites that Go calls secure; nil for one of TLS 1.3, all three of which are there always.
    private static let ciphers: [(name: String, cipher: NIOTLSCipher?)] = [
        ("TLS_AES_128_GCM_SHA256", nil), ("TLS_AES_256_GCM_SHA384", nil), ("TLS_CHACHA20_POLY1305_SHA256", nil),
        ("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", .TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA),
        ("TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", .TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA),
        ("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", .TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA),
        ("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", .TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA),
        ("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
        ("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384),
        ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256),
        ("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384),
        ("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256),
        ("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256),
    ]

    private func curves(_ value: PlacedYAML?, _ configuration: inout TLSConfiguration, _ values: inout WatchFileParser) {
        guard let value, let elements = Self.elements(value, "curve_preferences", &values) else { return }
        let known = Self.curves.map(\.name)
        var chosen: [NIOTLSCurve] = []
        for element in elements {
            guard let text = values.text(element, "a curve") else { continue }
            if let place = known.firstIndex(of: text) {
                chosen.append(Self.curves[place].curve)
            } else {
                values.note(
                    "the curve \(text.quotedExcerpt()) is not known: write \(Self.choice(of: text, known))", at: element.place)
            }
        }
        if !chosen.isEmpty { configuration.curves = chosen }
    }

    private static let curves: [(name: String, curve: NIOTLSCurve)] = [
        ("CurveP256", .secp256r1), ("CurveP384", .secp384r1), ("CurveP521", .secp521r1), ("X25519", .x25519),
    ]

    // MARK: - Values

    private static func elements(_ value: PlacedYAML, _ key: String, _ values: inout WatchFileParser) -> [PlacedYAML]? {
        guard !value.isNull else { return nil }
        guard case .sequence(let elements) = value.value, !elements.isEmpty else {
            values.note("\(key) is no list with something in it: write one, or leave the key out", at: value.place)
            return nil
        }
        return elements
    }

    private static func choice(of text: String, _ known: [String]) -> String {
        EditDistance.nearest(to: text, among: known) ?? "one of \(known.joined(separator: ", "))"
    }

    private static let keys = [
        "cert", "key", "client_ca", "cert_file", "key_file", "client_auth_type", "client_ca_file", "client_allowed_sans",
        "min_version", "max_version", "cipher_suites", "prefer_server_cipher_suites", "curve_preferences",
    ]
}

/// The later one of two values of a file.
private func max(_ one: PlacedYAML, _ other: PlacedYAML) -> PlacedYAML {
    (one.place.line, one.place.column) > (other.place.line, other.place.column) ? one : other
}
