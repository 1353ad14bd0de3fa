import ApusSystemd
import Glibc
import Testing

@Suite struct ActivationSocketTests {
    @Test func `no socket is passed where nobody passed one`() throws {
        #expect(try ActivationSocket.passed().isEmpty)
    }

    @Test(
        arguments: [
            ("42", "3", "http:report:http", ["http", "report", "http"]), ("42", "2", "http", ["http", "unknown"]),
            ("42", "2", nil, ["unknown", "unknown"]), ("42", "2", ":report", ["", "report"]), ("42", nil, nil, []),
            ("43", "2", "http:report", []), (nil, "2", "http:report", []),
        ] as [(String?, String?, String?, [String])])
    func `sockets are passed to one process, and named in their order`(
        process: String?, count: String?, names: String?, expected: [String]
    ) throws {
        let passed = try ActivationSocket.passed(process: process, count: count, names: names, to: 42)
        #expect(passed.map(\.name) == expected)
        #expect(passed.map(\.descriptor) == expected.indices.map { Int32($0) + 3 })
    }

    @Test(
        arguments: [
            ("me", "1", nil, "LISTEN_PID"), ("-1", "1", nil, "LISTEN_PID"), ("42", "two", nil, "LISTEN_FDS"),
            ("42", "0", nil, "LISTEN_FDS"), ("42", "-1", nil, "LISTEN_FDS"), ("42", "2147483647", nil, "LISTEN_FDS"),
            ("42", "99999999999", nil, "LISTEN_FDS"), ("42", "1", "http:report", "LISTEN_FDNAMES"),
        ] as [(String, String, String?, String)])
    func `what no manager sets is an error that names the variable`(
        process: String, count: String, names: String?, variable: String
    ) {
        let error = #expect(throws: NotifyError.self) {
            try ActivationSocket.passed(process: process, count: count, names: names, to: 42)
        }
        #expect(error?.description.hasPrefix("\(variable)=") == true)
    }

    @Test func `descriptors that are not open are an error`() async {
        await #expect(processExitsWith: .success) {
            close(3)
            setenv("LISTEN_PID", String(getpid()), 1)
            setenv("LISTEN_FDS", "1", 1)
            do {
                _ = try ActivationSocket.passed()
                exit(1)
            } catch {
                exit((error as? NotifyError) == .cannotListen(errno: EBADF) && getenv("LISTEN_FDS") == nil ? 0 : 2)
            }
        }
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
