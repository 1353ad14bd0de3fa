import ApusLinux
import CLinux
import Foundation
import Glibc
import HostTesting
import Testing

@Suite struct `A listening Unix socket` {
    /// Linux 6.16 and later.
    private static var canRefuse: Bool {
        let version = ProcessInfo.processInfo.operatingSystemVersion
        return (version.majorVersion, version.minorVersion) >= (6, 16)
    }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func stream() throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        try #require(descriptor >= 0)
        return descriptor
    }

    private func send(_ descriptor: Int32, on socket: Int32) -> Int32 {
        var byte: UInt8 = 1
        return apus_send_with_descriptor(socket, &byte, 1, descriptor) == 1 ? 0 : errno
    }

    @Test func `takes no descriptors of its clients, whose close could hold up who reads`() throws {
        let path = folder.path("http.sock")
        let descriptor = try stream()
        defer { close(descriptor) }
        try #require(apus_unix_bind(descriptor, path) == 0)
        try #require(listen(descriptor, 8) == 0)
        // As the service manager has it, which takes connections before the socket is passed.
        let early = try stream()
        defer { close(early) }
        try #require(apus_unix_connect(early, path) == 0)
        let listener = try ListeningSocket(passed: descriptor)
        guard Self.canRefuse else {
            #expect(apus_refuse_descriptors(descriptor) == -1 && errno == ENOPROTOOPT)
            return
        }
        let late = try stream()
        defer { close(late) }
        try #require(apus_unix_connect(late, path) == 0)
        #expect(send(STDERR_FILENO, on: late) == EPERM)
        let accepted = try #require(try listener.accept())
        defer { close(accepted.descriptor) }
        #expect(send(STDERR_FILENO, on: early) == EPERM)
        #expect(send(-1, on: early) == 0)
        #expect(ConnectionOpening(of: accepted.descriptor) == .begun)
    }
}
