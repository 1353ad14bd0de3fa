import CommandConventions
import ApusLinux
import ApusTopology
import ClusterSupervisor
import Glibc

/// The data folder of a running fleet, which is this process's alone as long as the value lives.
final class FleetFolder {
    let path: String
    private let lock: FolderLock

    /// Makes the folder, but not its parent, and locks it.
    init(path: String, fleet: Fleet) throws {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        for agent in fleet.agentEndpoints {
            let socket = "\(self.path)/\(agent.socketName)"
            guard socket.utf8.count <= SocketFile.longestPath else {
                throw CommandFailure(
                    "the socket \(socket) has \(socket.utf8.count) bytes and a socket's path at most \(SocketFile.longestPath); "
                        + "choose a shorter --data")
            }
        }
        if mkdir(self.path, 0o750) != 0, errno != EEXIST {
            throw CommandFailure("the data folder \(self.path) cannot be made: \(String(cString: strerror(errno)))")
        }
        var status = stat()
        guard stat(self.path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw CommandFailure(
                "\(self.path) is in the way of the data folder: it is not a folder; remove it or choose another --data")
        }
        do throws(OwnFolderError) { try OwnFolder.check(self.path) } catch { throw CommandFailure("the data folder \(error)") }
        do {
            lock = try FolderLock(path: "\(self.path)/apus.lock")
        } catch .held(_, let pid) {
            let holder = pid.map { ", process \($0)" } ?? ""
            throw CommandFailure("another fleet\(holder) runs on \(self.path); stop it or choose another --data")
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }
}
