import CLinux
import Glibc

/// The sockets of a network namespace at a moment, to be found by their inodes and by the control groups that they were made in.
package struct SocketList: Sendable {
    private let sockets: [KernelSocket]
    private let places: [UInt64: Int]
    private let groups: [UInt64: [Int]]
    /// Whether the kernel says which control group each was made in (Linux 5.9).
    package let knowsControlGroups: Bool

    /// The bytes of the text that it was read from; `nil` where that was none.
    package let textBytes: Int?

    package init(_ sockets: [KernelSocket], textBytes: Int? = nil) {
        self.sockets = sockets
        self.textBytes = textBytes
        places = Dictionary(sockets.enumerated().map { ($1.inode, $0) }, uniquingKeysWith: { first, _ in first })
        var groups: [UInt64: [Int]] = [:]
        for (place, socket) in sockets.enumerated() {
            if let group = socket.controlGroup { groups[group, default: []].append(place) }
        }
        self.groups = groups
        // A Unix socket has none there.
        knowsControlGroups = sockets.allSatisfy { $0.kind == .unix || $0.controlGroup != nil }
    }

    package var count: Int { sockets.count }
    package var all: [KernelSocket] { sockets }

    package subscript(inode: UInt64) -> KernelSocket? { places[inode].map { sockets[$0] } }

    /// The sockets that were made in a control group, by the inode of its folder in the unified hierarchy.
    package func made(in group: UInt64) -> [KernelSocket] { (groups[group] ?? []).map { sockets[$0] } }

    // MARK: - The namespace of this process

    /// Lists the sockets of this process's own network namespace by sock_diag(7), which takes no privilege: half a microsecond each, and a
    /// millisecond for the kernel's table.
    ///
    /// - Parameter most: of all kinds; with more of them nothing is listed.
    /// - Throws: ``LinuxError``, with `ENOBUFS` where there are more.
    package static func own(atMost most: Int) throws(LinuxError) -> SocketList {
        let descriptor = apus_socket_list_open()
        guard descriptor >= 0 else { throw .open(path: Self.netlink, code: errno) }
        defer { close(descriptor) }
        let listed: Result<[KernelSocket], LinuxError> = withUnsafeTemporaryAllocation(
            of: apus_listed_socket.self, capacity: most
        ) { buffer in
            var count = 0
            for (family, transport) in Self.kinds {
                // In bounds: the call writes no more than what is left behind those that are there.
                let found = apus_socket_list(
                    descriptor, family, transport, buffer.baseAddress.map { $0 + count }, most - count)
                // A kernel may be without one of them.
                if found < 0 && (errno == ENOENT || errno == EINVAL || errno == EPROTONOSUPPORT) { continue }
                guard found >= 0 else { return .failure(.read(path: Self.netlink, code: errno)) }
                count += found
            }
            return .success(buffer[..<count].map { Self.socket($0) })
        }
        return SocketList(try listed.get())
    }

    private static let netlink = "netlink(7), sock_diag"
    private static let kinds: [(family: Int32, transport: Int32)] = [
        (AF_INET, Int32(IPPROTO_TCP)), (AF_INET6, Int32(IPPROTO_TCP)), (AF_INET, Int32(IPPROTO_UDP)),
        (AF_INET6, Int32(IPPROTO_UDP)), (AF_UNIX, 0),
    ]

    private static func socket(_ listed: apus_listed_socket) -> KernelSocket {
        let state = KernelSocket.State(number: listed.state)
        let kind: KernelSocket.Kind =
            switch Int(listed.protocol) {
            case IPPROTO_TCP: .tcp
            case IPPROTO_UDP: .udp
            default: .unix
            }
        return KernelSocket(
            inode: listed.inode, controlGroup: listed.group == 0 ? nil : listed.group, kind: kind, state: state,
            queue: listed.queue, limit: state == .listening ? listed.limit : nil)
    }
}
