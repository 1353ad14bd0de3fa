import AgentMetrics
import ApusLinux
import ApusText
import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// What errors of a connection mean to a person, and which reason of a probe's failures they are.
enum ConnectionFault {
    static func failure(_ error: any Error, at place: ProbePlace, _ stage: ProbeConnection.Stage) -> ProbeFailure {
        switch error {
        case let failure as ProbeFailure: failure
        case let error as IOError where isHandshaking(stage):
            ProbeFailure(
                .tls, "\(place.text) ends the connection within the handshake (\(errno(error.errnoCode))): \(closedRemedy)")
        case let error as IOError where [ECONNRESET, EPIPE].contains(error.errnoCode):
            ProbeFailure(
                .connection, "\(place.text) resets the connection: look at the server's log, and whether it wants TLS there")
        case is ConnectionEnded where isHandshaking(stage): TLSFault.closed(place)
        case is ConnectionEnded: ended(place, stage)
        case ChannelError.ioOnClosedChannel, ChannelError.alreadyClosed, ChannelError.eof, ChannelError.inputClosed:
            isHandshaking(stage) ? TLSFault.closed(place) : ended(place, stage)
        case NIOSSLError.uncleanShutdown: ended(place, stage)
        default: TLSFault.failure(error, at: place) ?? .connecting(error, to: place.text)
        }
    }

    private static let closedRemedy = "look at the server's log; it may not speak TLS there, or want a certificate (cert_file)"

    private static func isHandshaking(_ stage: ProbeConnection.Stage) -> Bool { stage == .handshaking }

    private static func ended(_ place: ProbePlace, _ stage: ProbeConnection.Stage) -> ProbeFailure {
        let before = if case .waiting(let what) = stage { what } else { "an answer" }
        return ProbeFailure(
            .connection,
            "\(place.text) ends the connection before \(before) is whole: look at the server's log, and whether it wants TLS there"
        )
    }

    private static func errno(_ code: Int32) -> String { String(cString: strerror(code)) }
}

/// What errors of TLS mean to a person.
enum TLSFault {
    static func closed(_ place: ProbePlace) -> ProbeFailure {
        ProbeFailure(
            .tls,
            "\(place.text) closes the connection within the handshake: look at the server's log; it may not speak TLS there, or want a certificate (cert_file) or another name (server_name)"
        )
    }

    /// Nil for an error of something else.
    static func failure(_ error: any Error, at place: ProbePlace) -> ProbeFailure? {
        switch error {
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            ProbeFailure(
                .tls,
                "the certificate of \(place.text) is made for other names: ask by one of those, or write it as server_name")
        case NIOSSLError.handshakeFailed(let error): failure(of: error, place)
        case let error as BoringSSLError: failure(of: error, place)
        case is NIOSSLError, is NIOSSLExtraError: ProbeFailure(.tls, "\(place.text): \("\(error)".quotedExcerpt(200))")
        default: nil
        }
    }

    private static func failure(of error: BoringSSLError, _ place: ProbePlace) -> ProbeFailure {
        let text = "\(error)"
        guard !text.contains("EOF during handshake") else { return closed(place) }
        if case .syscallError = error { return closed(place) }
        let code = code(in: text)
        let reason = reasons.first { code.contains($0.word) }?.reason ?? "fails in the handshake (\(code.excerpt(80)))"
        return ProbeFailure(.tls, "\(place.text) \(reason)")
    }

    /// Whether the certificate is the reason, which is said only after a look at it.
    static func isOfCertificate(_ error: any Error) -> Bool {
        "\(error)".contains("CERTIFICATE_VERIFY_FAILED")
    }

    /// The word of BoringSSL for what went wrong.
    private static func code(in text: String) -> String {
        let mark = "OPENSSL_internal:"
        guard let start = text.range(ofBytes: mark) else { return text }
        return String(text[start...].prefix { $0 != " " && $0 != "]" })
    }

    private static let reasons: [(word: String, reason: String)] = [
        ("WRONG_VERSION_NUMBER", "speaks no TLS there: name the port that does, or leave TLS out"),
        ("HTTP_REQUEST", "speaks no TLS there: name the port that does, or leave TLS out"),
        ("INVALID_MESSAGE_FRAME", "speaks no TLS there: name the port that does, or leave TLS out"),
        ("DECODE_ERROR", "sends no handshake of TLS: name the port that does"),
        ("UNEXPECTED_RECORD", "sends no handshake of TLS: name the port that does"),
        ("UNEXPECTED_MESSAGE", "sends no handshake of TLS: name the port that does"),
        ("CERTIFICATE_VERIFY_FAILED", "has a certificate that is not to be trusted: name its authority as ca_file"),
        ("CERTIFICATE_REQUIRED", "wants a certificate of its clients: write cert_file and key_file"),
        ("UNKNOWN_CA", "does not trust the certificate of cert_file: have one of its own authority"),
        ("BAD_CERTIFICATE", "does not take the certificate of cert_file, or wants one: have one of its own authority"),
        ("CERTIFICATE_EXPIRED", "says that the certificate of cert_file has ended: renew it"),
        ("CERTIFICATE_UNKNOWN", "does not take the certificate of cert_file: have one of its own authority"),
        ("UNRECOGNIZED_NAME", "does not know the name that it is asked for: write one of its own as server_name"),
        ("PROTOCOL_VERSION", "speaks only versions of TLS before 1.2: renew it"),
        ("UNSUPPORTED_PROTOCOL", "speaks only versions of TLS before 1.2: renew it"),
        (
            "HANDSHAKE_FAILURE",
            "ends the handshake: it may want a certificate (cert_file), or have none for this name (server_name)"
        ),
    ]
}

extension String {
    /// The place behind a text of ASCII.
    fileprivate func range(ofBytes text: String) -> String.Index? {
        let bytes = Array(utf8)
        let wanted = Array(text.utf8)
        guard bytes.count >= wanted.count else { return nil }
        for start in 0...(bytes.count - wanted.count) where bytes[start..<(start + wanted.count)].elementsEqual(wanted) {
            return utf8.index(utf8.startIndex, offsetBy: start + wanted.count)
        }
        return nil
    }
}
