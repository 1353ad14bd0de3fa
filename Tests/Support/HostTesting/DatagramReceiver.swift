import Foundation
import Glibc

/// A bound datagram socket that is read when a test says so, and by nobody else.
package final class DatagramReceiver: Sendable {
    package let path: String
    private let descriptor: Int32
    private let folder: URL

    struct Failure: Error { let errno: Int32 }

    package struct Message: Sendable {
        package var bytes: [UInt8]
        package var descriptors: [Int32]
        package var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// - Parameter path: for a socket that takes another's place; a fresh one by default.
    package init(path: String? = nil) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("apus-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        self.path = path ?? folder.appendingPathComponent("socket").path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: self.path.utf8) }
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0 else { throw Failure(errno: errno) }
    }

    /// Closes the socket and takes its name away, as a journald that ends.
    deinit {
        close(descriptor)
        unlink(path)
        try? FileManager.default.removeItem(at: folder)
    }

    /// The next message, or nil when none comes within the time.
    package func receive(within milliseconds: Int32 = 5000) -> Message? {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, milliseconds) > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 1 << 18)
        var control = [UInt64](repeating: 0, count: 32)
        var (count, controlCount) = (0, 0)
        bytes.withUnsafeMutableBytes { bytes in
            control.withUnsafeMutableBytes { control in
                var part = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
                withUnsafeMutablePointer(to: &part) { part in
                    var header = msghdr()
                    header.msg_iov = part
                    header.msg_iovlen = 1
                    header.msg_control = control.baseAddress
                    header.msg_controllen = control.count
                    count = recvmsg(descriptor, &header, 0)
                    controlCount = header.msg_controllen
                }
            }
        }
        guard count >= 0 else { return nil }
        // A control message: its length as 64 bits, level and type as 32, then descriptors of 32 bits each (cmsg(3)).
        var descriptors: [Int32] = []
        if controlCount >= 20 {
            control.withUnsafeBytes { control in
                let length = Int(control.load(as: UInt64.self))
                for offset in stride(from: 16, to: length, by: 4) {
                    descriptors.append(control.load(fromByteOffset: offset, as: Int32.self))
                }
            }
        }
        return Message(bytes: Array(bytes.prefix(count)), descriptors: descriptors)
    }
}
