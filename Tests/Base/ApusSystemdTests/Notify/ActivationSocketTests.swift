import ApusSystemd
import Glibc
import Testing

@Suite struct ActivationSocketTests {
    @Test func `no socket is passed where nobody passed one`() throws {
        #expect(try ActivationSocket.passed().isEmpty)
    }

    /// In a process of its own, because descriptors from 3 on and the environment belong to the whole process.
    @Test func `passed sockets have the names of their units, and are taken only once`() async {
        await #expect(processExitsWith: .success) {
            // As the service manager leaves them for a new process.
            let sockets = [socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0), socket(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0)]
            let moved = sockets.map { fcntl($0, F_DUPFD, 100) }
            dup2(moved[0], 3)
            dup2(moved[1], 4)
            setenv("LISTEN_PID", String(getpid()), 1)
            setenv("LISTEN_FDS", "2", 1)
            setenv("LISTEN_FDNAMES", "http:report", 1)
            guard
                let passed = try? ActivationSocket.passed(),
                passed == [ActivationSocket(descriptor: 3, name: "http"), ActivationSocket(descriptor: 4, name: "report")],
                fcntl(3, F_GETFD) & FD_CLOEXEC != 0, fcntl(4, F_GETFD) & FD_CLOEXEC != 0,
                (try? ActivationSocket.passed()) == []
            else { exit(1) }
            exit(0)
        }
    }
}
