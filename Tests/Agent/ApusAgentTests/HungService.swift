import Glibc

/// The program `hung-service` as a child: a service that reports, and hangs when it is told to.
final class HungService: Sendable {
    enum Failure: Error { case notStarted(String, Int32) }

    let instance: String
    let pid: pid_t
    private let input: Int32

    init(_ instance: String, socketPath: String) throws {
        let program = try Self.program()
        var ends: [Int32] = [0, 0]
        // A socket, on which a child that is gone raises no signal.
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw Failure.notStarted("socketpair", errno) }
        defer { close(ends[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
        let words: [String] = [program, instance, socketPath]
        let arguments = words.map { word in strdup(word) }
        defer { for argument in arguments { Glibc.free(argument) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, program, &actions, nil, arguments + [nil], environ)
        guard code == 0 else {
            close(ends[1])
            throw Failure.notStarted(program, code)
        }
        self.instance = instance
        self.pid = pid
        input = ends[1]
    }

    deinit {
        close(input)
        end()
    }

    /// Blocks every thread of the cooperative pool.
    func block() { tell("block\n") }
    /// Lets them all go on.
    func free() { tell("free\n") }

    func signal(_ signal: Int32) { kill(pid, signal) }

    /// Kills the process and waits for its end; harmless when it is dead.
    func end() {
        kill(pid, SIGKILL)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    }

    private func tell(_ command: String) { _ = send(input, command, command.utf8.count, Int32(MSG_NOSIGNAL)) }

    /// The program lies beside the tests' own.
    private static func program() throws -> String {
        var path = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &path, path.count)
        guard count > 0 else { throw Failure.notStarted("readlink", errno) }
        let own = String(decoding: path.prefix(count), as: UTF8.self)
        return own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/hung-service"
    }
}
