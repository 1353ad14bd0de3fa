import CLinux
import Glibc

/// A stream socket that listens for connections, of TCP or in the file system.
package struct ListeningSocket: Sendable {
    /// Where a socket listens.
    package enum Place: Sendable {
        case internet(SocketOwners.End)
        case path(String)
    }

    /// A connection that was taken off the queue; whoever has it closes it.
    package struct Accepted: Sendable {
        package let descriptor: Int32
        /// nil for a Unix socket.
        package let client: SocketOwners.End?
        package let server: SocketOwners.End?
        /// The client's user and group, of a Unix socket.
        package let user: UInt32?
        package let group: UInt32?
    }

    package let descriptor: Int32
    package let place: Place
    /// Whether somebody else has the socket too, so that connections wait in its queue when this process has closed it.
    package let isShared: Bool
    /// The file that goes with the socket; `nil` of one that is not in the file system, or that somebody else has made.
    private let file: SocketFile?

    /// Listens on an internet address; on that of all IPv6 interfaces for IPv4 as well.
    ///
    /// - Parameters:
    ///   - scope: the index of a link-local address's interface, else 0.
    ///   - backlog: connections that wait to be accepted; the kernel's net.core.somaxconn bounds it.
    package init(on end: SocketOwners.End, scope: UInt32 = 0, backlog: Int) throws(SocketFailure) {
        var raw = apus_end(end)
        let descriptor = apus_tcp_listen(&raw, scope, Int32(clamping: backlog))
        guard descriptor >= 0 else { throw SocketFailure(code: errno) }
        do { try self.init(descriptor, isShared: false) } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    /// A socket that listens already, and that the service manager has as well; whoever has the value closes it.
    ///
    /// The kernel is asked to refuse descriptors that clients send over a Unix socket, where it can: whoever reads their message closes
    /// them, and a socket that lingers would hold up that thread for as long as its sender likes.
    package init(passed descriptor: Int32) throws(SocketFailure) { try self.init(descriptor, isShared: true) }

    /// Listens on a Unix socket, whose file goes when the socket is closed.
    ///
    /// - Throws: ``SocketFileFault``.
    package init(at path: String, access: SocketFile.Access, backlog: Int) throws(SocketFileFault) {
        let (descriptor, file) = try SocketFile.listen(at: path, .stream, access: access, backlog: backlog)
        self.descriptor = descriptor
        self.file = file
        place = .path(path)
        isShared = false
        apus_refuse_descriptors(descriptor)
    }

    /// Closes the socket, and removes the file that goes with it.
    package func close() {
        file?.remove()
        Glibc.close(descriptor)
    }

    private init(_ descriptor: Int32, isShared: Bool) throws(SocketFailure) {
        var end = apus_end()
        var path = [CChar](repeating: 0, count: 109)
        guard fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) == 0,
            apus_listening_at(descriptor, &end, &path) == 0
        else { throw SocketFailure(code: errno) }
        self.descriptor = descriptor
        self.isShared = isShared
        file = nil
        place =
            SocketOwners.End(end).map(Place.internet)
            ?? .path(String(decoding: path.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
        if case .path = place { apus_refuse_descriptors(descriptor) }
    }

    /// Takes the connection off the queue that waits for the longest time.
    ///
    /// - Returns: nil when none waits.
    package func accept() throws(SocketFailure) -> Accepted? {
        var (client, server, user, group) = (apus_end(), apus_end(), uid_t.max, gid_t.max)
        let socket = apus_accept_from(descriptor, &client, &server, &user, &group)
        if socket >= 0 {
            return Accepted(
                descriptor: socket, client: SocketOwners.End(client), server: SocketOwners.End(server),
                user: user == .max ? nil : user, group: group == .max ? nil : group)
        }
        guard errno == EAGAIN || errno == EINTR else { throw SocketFailure(code: errno) }
        return nil
    }
}

/// What the client of an accepted connection has done before anybody reads from it.
package enum ConnectionOpening: Sendable {
    /// Nothing yet.
    case silent
    /// Sent something.
    case begun
    /// Gone, and has sent nothing.
    case ended

    /// - Parameter descriptor: of a connection of which nothing was read.
    package init(of descriptor: Int32) {
        self =
            switch apus_opening(descriptor) {
            case 0: .silent
            case 1: .begun
            default: .ended
            }
    }
}

/// A call on a socket that did not succeed.
package struct SocketFailure: Error, Equatable {
    /// The errno.
    package let code: Int32

    package init(code: Int32) { self.code = code }
}

extension SocketOwners.End {
    fileprivate init?(_ end: apus_end) {
        guard end.length > 0 else { return nil }
        let bytes = withUnsafeBytes(of: end.address) { Array($0.prefix(end.length)) }
        self.init(address: bytes, port: end.port)
    }
}

extension apus_end {
    fileprivate init(_ end: SocketOwners.End) {
        self.init()
        length = end.address.count
        port = end.port
        withUnsafeMutableBytes(of: &address) { $0.copyBytes(from: end.address.prefix(16)) }
    }
}
