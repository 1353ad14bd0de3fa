import ApusLinux
import CLinux
import Dispatch
import Foundation
import Glibc
import HostTesting
import Synchronization
import Testing

/// The file of a Unix socket, beside others who want its place.
@Suite(.timeLimit(.minutes(3))) struct SocketFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func mode(_ path: String) -> UInt32 {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    @Test func `a link in the place of the socket is not followed, nor is a file or a second name taken for it`() throws {
        let path = folder.path("http.sock")
        try folder.write("secret", to: "shadow")
        try #require(chmod(folder.path("shadow"), 0o600) == 0)
        let access = SocketFile.Access(mode: 0o666, group: getegid())
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: folder.path("shadow"))
        #expect(throws: SocketFileFault.exchanged) { try SocketFile.admit(access, at: path) }
        #expect(throws: SocketFileFault.exchanged) { try SocketFile.admit(access, at: folder.path("shadow")) }
        #expect(mode(folder.path("shadow")) == 0o600)
        // Another socket of this user by another name.
        let (descriptor, file) = try SocketFile.listen(at: folder.path("other.sock"), .stream, backlog: 1)
        defer { close(descriptor) }
        try #require(unlink(path) == 0 && link(folder.path("other.sock"), path) == 0)
        #expect(throws: SocketFileFault.exchanged) { try SocketFile.admit(access, at: path) }
        try #require(unlink(path) == 0)
        try SocketFile.admit(access, at: folder.path("other.sock"))
        #expect(mode(folder.path("other.sock")) == 0o666)
        file.remove()
    }

    @Test func `of several that start at once on a stale socket exactly one has it, and the others are told`() throws {
        let path = folder.path("http.sock")
        for round in 0..<100 {
            // What an agent that was killed leaves.
            let stale = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            try #require(stale >= 0)
            try #require(apus_unix_bind(stale, path) == 0)
            close(stale)
            let outcomes = Mutex<[Result<Int32, SocketFileFault>]>([])
            DispatchQueue.concurrentPerform(iterations: 6) { _ in
                let outcome: Result<Int32, SocketFileFault>
                do throws(SocketFileFault) {
                    outcome = .success(try SocketFile.listen(at: path, .stream, backlog: 16).descriptor)
                } catch { outcome = .failure(error) }
                outcomes.withLock { $0.append(outcome) }
            }
            let all = outcomes.withLock { $0 }
            let descriptors = all.compactMap { try? $0.get() }
            #expect(descriptors.count == 1 && all.count { $0 == .failure(.answers) } == 5, "round \(round): \(all)")
            // The one that has it is the one that answers.
            let client = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            #expect(apus_unix_connect(client, path) == 0)
            close(client)
            for descriptor in descriptors { close(descriptor) }
            unlink(path)
        }
    }

    @Test func `whoever holds the folder's lock for good holds up a start for a short while alone`() throws {
        let holder = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        try #require(holder >= 0 && flock(holder, LOCK_EX) == 0)
        defer { close(holder) }
        let start = ContinuousClock.now
        let (descriptor, file) = try SocketFile.listen(at: folder.path("http.sock"), .stream, backlog: 1)
        #expect(ContinuousClock.now - start < .seconds(20))
        close(descriptor)
        file.remove()
    }
}
