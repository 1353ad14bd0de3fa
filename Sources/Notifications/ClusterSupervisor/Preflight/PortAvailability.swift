import ApusLinux
import Glibc
import SystemPackage

/// Whether a server could listen on an address now.
package enum PortAvailability: Sendable, Hashable {
    case free
    /// Another socket listens on the address.
    case inUse
    /// The address cannot be bound at all; the reason is for people.
    case unusable(reason: String)

    /// Binds a TCP socket to the address and closes it again.
    ///
    /// It binds as servers do, with SO_REUSEADDR: connections of an earlier server that linger in TIME_WAIT do not count. Another
    /// process can still take the port before its server does.
    ///
    /// - Parameters:
    ///   - host: an IPv4 or IPv6 address, or `localhost`.
    ///   - port: 1 to 65535.
    package static func check(host: String, port: Int) -> PortAvailability {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &found)
        guard code == 0, let found else { return .unusable(reason: String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(found) }
        let descriptor = socket(
            found.pointee.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), found.pointee.ai_protocol)
        guard descriptor >= 0 else { return .unusable(reason: "\(Errno(rawValue: errno))") }
        defer { close(descriptor) }
        var enabled: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &enabled, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 else {
            return errno == EADDRINUSE ? .inUse : .unusable(reason: SocketErrorText.listening(errno))
        }
        return .free
    }
}
