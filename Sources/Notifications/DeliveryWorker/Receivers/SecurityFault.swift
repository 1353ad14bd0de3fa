import NIOSSL

/// Why a connection with TLS did not come about, or broke, in words for whoever runs the receiver.
enum SecurityFault {
    static func text(_ error: any Error) -> String {
        switch error {
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            "the receiver's certificate is for another name"
        case NIOSSLError.unableToValidateCertificate: "the receiver's certificate is for another name"
        case NIOSSLError.noCertificateToValidate: "the receiver shows no certificate"
        case NIOSSLError.handshakeFailed(let error): handshake("\(error)")
        case let error as BoringSSLError: handshake("\(error)")
        default: ExchangeError.text(error)
        }
    }

    /// Words of BoringSSL's list of reasons, and what they mean.
    private static let reasons = [
        ("EOF during handshake", "the receiver closed the connection while it was made secure"),
        (
            "CERTIFICATE_VERIFY_FAILED",
            "the receiver's certificate is not trusted: it is expired, or signed by nobody whom this host knows"
        ),
        ("WRONG_VERSION_NUMBER", "the receiver does not speak TLS at this port: its URL begins with http: perhaps"),
        ("HTTP_REQUEST", "the receiver does not speak TLS at this port: its URL begins with http: perhaps"),
        ("CERTIFICATE_REQUIRED", "the receiver asks for a certificate of the worker, which has none"),
        ("UNRECOGNIZED_NAME", "the receiver has no certificate for this name"),
        ("PROTOCOL_VERSION", "the receiver and the worker have no version of TLS in common"),
        ("UNSUPPORTED_PROTOCOL", "the receiver and the worker have no version of TLS in common"),
        ("HANDSHAKE_FAILURE", "the receiver and the worker have no cipher in common, or it wants a certificate of the worker"),
        ("NO_SHARED_CIPHER", "the receiver and the worker have no cipher in common"),
    ]

    private static func handshake(_ text: String) -> String {
        reasons.first { text.contains($0.0) }?.1 ?? "the receiver does not keep to TLS: \(text.prefix(200))"
    }
}
