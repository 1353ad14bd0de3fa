import NIOCore
package import NIOSSL

/// Makes the TLS of clients that ask a server by its name: its certificate must have that name.
///
/// The library takes a certificate for the address that it is connected to as well, so that whoever answers for the name with a
/// certificate for an address of his own would be given the client's password.
package enum ServerNameCheck {
    /// The handler of a connection to a host, which is a name or an address.
    ///
    /// - Parameter context: one that verifies certificates.
    /// - Throws: what the library throws of a name that can be none.
    package static func handler(_ context: NIOSSLContext, host: String) throws -> NIOSSLClientHandler {
        // An address is no name of a server (RFC 6066, section 3); the certificate is verified for the address then.
        guard !isAddress(host) else { return try NIOSSLClientHandler(context: context, serverHostname: nil) }
        return try NIOSSLClientHandler._makeSSLClientHandler(context: context, serverHostname: host) { certificate, channel in
            isNamed(certificate, host)
                ? channel.eventLoop.makeSucceededVoidFuture()
                : channel.eventLoop.makeFailedFuture(NIOSSLExtraError.failedToValidateHostname)
        }
    }

    /// Whether it is an address, of IPv4 or IPv6.
    package static func isAddress(_ host: String) -> Bool { (try? SocketAddress(ipAddress: host, port: 0)) != nil }

    /// Whether a certificate is for a host, which is a name or an address; its chain, and that it is for the host or for the address that
    /// is connected to, was verified by the library.
    package static func isFor(_ certificate: NIOSSLCertificate, _ host: String) -> Bool {
        guard let address = try? SocketAddress(ipAddress: host, port: 0) else { return isNamed(certificate, host) }
        return certificate._subjectAlternativeNames().contains {
            // RFC 5280, section 4.2.1.6.
            $0.nameType == .ipAddress
                && (try? SocketAddress(packedIPAddress: ByteBuffer(bytes: $0.contents), port: 0)) == address
        }
    }

    /// Whether a certificate was made for a name; the library has verified its chain, and its name or the server's address.
    private static func isNamed(_ certificate: NIOSSLCertificate, _ host: String) -> Bool {
        let name = labels(host.utf8)
        var hasNames = false
        for alternative in certificate._subjectAlternativeNames() {
            hasNames = true
            guard alternative.nameType == .dnsName else { continue }
            if matches(labels(alternative.contents), name) { return true }
        }
        // Without another name the library has compared the common name, and an address is none.
        return !hasNames
    }

    /// RFC 6125: all labels are the same, whatever their case, but for the first one, of which an asterisk may stand for a part.
    private static func matches(_ pattern: [[UInt8]], _ name: [[UInt8]]) -> Bool {
        guard pattern.count == name.count, let first = pattern.first, let own = name.first,
            pattern.dropFirst().elementsEqual(name.dropFirst())
        else { return false }
        guard let asterisk = first.firstIndex(of: UInt8(ascii: "*")), name.count > 1 else { return first == own }
        let (head, tail) = (first[..<asterisk], first[(asterisk + 1)...])
        return own.count >= first.count && own.starts(with: head) && own.reversed().starts(with: tail.reversed())
            && !own.starts(with: "xn--".utf8)
    }

    private static func labels(_ name: some Sequence<UInt8>) -> [[UInt8]] {
        var labels: [[UInt8]] = [[]]
        for byte in name {
            if byte == UInt8(ascii: ".") {
                labels.append([])
            } else {
                labels[labels.count - 1].append((65...90).contains(byte) ? byte | 0x20 : byte)
            }
        }
        // A name may end with a period.
        if labels.count > 1, labels.last == [] { labels.removeLast() }
        return labels
    }
}
