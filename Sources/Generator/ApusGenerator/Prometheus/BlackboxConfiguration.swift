/// blackbox_exporter's configuration file (https://github.com/prometheus/blackbox_exporter/blob/v0.23.0/CONFIGURATION.md), as far
/// as it is generated.
struct BlackboxConfiguration: Encodable {
    /// The module that looks at a certificate.
    static let certificateModule = "tcp_tls"

    let modules = [
        Self.certificateModule: Module(
            prober: "tcp", tcp: .init(tls: true, tlsConfig: .init(insecureSkipVerify: true)))
    ]

    struct Module: Encodable {
        let prober: String
        let tcp: TCP
    }

    struct TCP: Encodable {
        let tls: Bool
        let tlsConfig: TLS

        enum CodingKeys: String, CodingKey {
            case tls
            case tlsConfig = "tls_config"
        }
    }

    struct TLS: Encodable {
        /// A certificate that is refused shows no expiry: an alert on it would resolve at the very moment it expires.
        let insecureSkipVerify: Bool

        enum CodingKeys: String, CodingKey {
            case insecureSkipVerify = "insecure_skip_verify"
        }
    }
}
