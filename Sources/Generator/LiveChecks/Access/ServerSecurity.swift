import ApusTLS
import NIOSSL

extension TLSConfiguration {
    /// The settings of a client that speaks TLS from 1.2 on, as Prometheus' own does; the library's speak from 1.0 on.
    static var sinceTLS12: TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.takeAllSignatures()
        return configuration
    }
}

extension ServerAccess.SecurityChoice {
    /// The settings of a client, and the authorities that it reads when it connects, which live as long as it does.
    ///
    /// - Throws: ``AccessFault`` that names what is no certificate or key, and a key that is another certificate's.
    func configuration() throws(AccessFault) -> (TLSConfiguration, TrustedAuthorities?) {
        var configuration = TLSConfiguration.sinceTLS12
        var trusted: TrustedAuthorities?
        if let authorities {
            let certificates = try authorities.certificates()
            trusted = TrustedAuthorities(certificates)
            configuration.trustRoots = trusted.map { .file($0.path) } ?? .certificates(certificates)
        }
        if let certificate, let key {
            configuration.certificateChain = try certificate.certificates().map { .certificate($0) }
            do { configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key.bytes, format: .pem)) } catch {
                throw AccessFault("\(key.place) is no private key in PEM without a passphrase")
            }
            var pair = TLSConfiguration.sinceTLS12
            pair.trustRoots = .certificates([])
            (pair.certificateChain, pair.privateKey) = (configuration.certificateChain, configuration.privateKey)
            do { _ = try NIOSSLContext(configuration: pair) } catch {
                throw AccessFault(
                    "\(key.place) is not the key of the first certificate in \(certificate.place): give the two that were made together"
                )
            }
        }
        if !verifies { configuration.certificateVerification = .none }
        if let least { configuration.minimumTLSVersion = least.version }
        if let most { configuration.maximumTLSVersion = most.version }
        return (configuration, trusted)
    }
}

extension PEMText {
    fileprivate func certificates() throws(AccessFault) -> [NIOSSLCertificate] {
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
            throw AccessFault("\(place) has no certificate in PEM")
        }
        return certificates
    }
}

extension TLSVersionName {
    fileprivate var version: TLSVersion {
        switch self {
        case .TLS10: .tlsv1
        case .TLS11: .tlsv11
        case .TLS12: .tlsv12
        case .TLS13: .tlsv13
        }
    }
}

/// What errors of TLS mean to whoever asks a server.
enum SecurityText {
    private static let otherName =
        "its certificate is for another name: write that one in the URL, or as server_name in --http-config"
    private static let noTLS = "it does not speak TLS at this port: write http:// perhaps"
    private static let noCertificate =
        "it asks for a client's certificate: give --client-certificate and --client-key"
    private static let noVersion =
        "it has no version of TLS in common with this client: min_version in --http-config allows one before 1.2"

    private static let reasons = [
        (
            "CERTIFICATE_VERIFY_FAILED",
            "its certificate is not trusted: it is expired, made for clients alone, or signed by nobody whom this host knows: --ca-file "
                + "names its authority, and those between the two that the server does not send "
                + "(openssl s_client -showcerts -connect HOST:PORT shows what it sends)"
        ),
        ("failedToValidateHostname", otherName), ("unableToValidateCertificate", otherName), ("WRONG_VERSION_NUMBER", noTLS),
        ("HTTP_REQUEST", noTLS), ("CERTIFICATE_REQUIRED", noCertificate), ("BAD_CERTIFICATE", noCertificate),
        ("UNKNOWN_CA", "it does not trust the client's certificate"), ("PROTOCOL_VERSION", noVersion),
        ("UNSUPPORTED_PROTOCOL", noVersion),
        (
            "HANDSHAKE_FAILURE",
            "it has no cipher in common with this client, or asks for a client's certificate: --client-certificate"
        ),
    ]

    /// - Parameter description: an error's own, which has the reasons of BoringSSL in it.
    static func reason(_ description: String) -> String? {
        reasons.first { description.contains($0.0) }?.1
    }
}
