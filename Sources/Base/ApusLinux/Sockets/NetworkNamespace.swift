import Glibc

/// A network namespace, as far as a process in it shows it: /proc/PID/net, which every user may read.
package struct NetworkNamespace: Hashable, Sendable {
    /// The inode of a file of the namespace in proc(5), which no other one has while it is there.
    private let number: UInt64

    /// That of a process; `nil` of one that has ended, or is hidden.
    ///
    /// - Parameter folder: of the process in proc(5).
    package init?(of folder: String) {
        var status = stat()
        guard stat("\(folder)/net/tcp", &status) == 0 else { return nil }
        number = UInt64(status.st_ino)
    }

    /// Lists the sockets of the namespace that a process is in: how many connections may wait is not said there, nor who has made them.
    ///
    /// - Parameter longest: the bytes that one of its five lists may have, some 150 a socket.
    /// - Throws: ``LinuxError``, with `EFBIG` for a longer one.
    package static func sockets(of folder: String, longest: Int) throws(LinuxError) -> SocketList {
        var sockets: [KernelSocket] = []
        var textBytes = 0
        for (name, kind) in [("tcp", KernelSocket.Kind.tcp), ("tcp6", .tcp), ("udp", .udp), ("udp6", .udp), ("unix", .unix)] {
            let bytes: [UInt8]
            do throws(LinuxError) { bytes = try WholeFile.read("\(folder)/net/\(name)", longest: longest) } catch {
                // A kernel may be without IPv6.
                guard error.code == ENOENT, name != "tcp" else { throw error }
                continue
            }
            textBytes += bytes.count
            for line in bytes.split(separator: UInt8(ascii: "\n")).dropFirst() {
                let fields = line.split(separator: UInt8(ascii: " "))
                let socket = kind == .unix ? unix(fields) : internet(fields, kind)
                if let socket { sockets.append(socket) }
            }
        }
        return SocketList(sockets, textBytes: textBytes)
    }

    /// `SLOT: LOCAL REMOTE STATE SENT:RECEIVED TIMER:WHEN RETRIES USER TIMEOUT INODE …`, of which state and queues are hexadecimal.
    private static func internet(_ fields: [ArraySlice<UInt8>], _ kind: KernelSocket.Kind) -> KernelSocket? {
        guard fields.count > 9, let number = hexadecimal(fields[3]), let inode = decimal(fields[9]), inode != 0 else {
            return nil
        }
        let state = KernelSocket.State(number: UInt8(clamping: number))
        let queue = fields[4].split(separator: UInt8(ascii: ":")).last.flatMap { hexadecimal($0) } ?? 0
        return KernelSocket(inode: inode, kind: kind, state: state, queue: state == .listening ? UInt32(clamping: queue) : 0)
    }

    /// `NUMBER: REFERENCES PROTOCOL FLAGS TYPE STATE INODE PATH`, hexadecimal but for the inode.
    private static func unix(_ fields: [ArraySlice<UInt8>]) -> KernelSocket? {
        guard fields.count > 6, let flags = hexadecimal(fields[3]), let number = hexadecimal(fields[5]),
            let inode = decimal(fields[6]), inode != 0
        else { return nil }
        // SO_ACCEPTCON, and SS_CONNECTED of the kernel's include/uapi/linux/net.h.
        let state: KernelSocket.State = flags & 0x10000 != 0 ? .listening : number == 3 ? .established : .other
        return KernelSocket(inode: inode, kind: .unix, state: state)
    }

    private static func hexadecimal(_ text: ArraySlice<UInt8>) -> UInt64? {
        UInt64(String(decoding: text, as: UTF8.self), radix: 16)
    }
    private static func decimal(_ text: ArraySlice<UInt8>) -> UInt64? { UInt64(String(decoding: text, as: UTF8.self)) }
}
