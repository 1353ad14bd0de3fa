import ApusLimits
import ApusLinux
import ApusText
import Glibc

/// A file in which a program keeps the number of its process.
struct PidFile: Sendable {
    let path: String

    /// The number in the first line, as the file has it now; `nil` where there is no such file, or no such number in it.
    func pid() -> Int32? { (try? look())?.number }

    /// Whether it names a process, and whoever can have it say so may: root and the agent's user name any, others their own alone, or they
    /// could take somebody else's process from its group. A file of root that a group may write names none, as nobody knows who of them has.
    func names(_ facts: ProcessFacts) -> Bool {
        guard let content = try? look(), content.number == facts.pid else { return false }
        return strangers(content, to: facts.user).isEmpty
    }

    /// The users who can have the file say what they like, and may not name a process of this user: whose the file that was read is, and whose
    /// the links and folders are by which its path leads there.
    private func strangers(_ content: Content, to user: UInt32) -> [UInt32] {
        guard !content.isOpenToOthers, let way = PathHolders(of: path), !way.isOpenToAll else {
            return [ReportPeer.unknownUser]
        }
        // Who of the group has put it there nobody knows, but where it is a file of the process's own user.
        if way.isOpenToGroup, content.owner != user || [0, geteuid()].contains(user) { return [ReportPeer.unknownUser] }
        return way.owners.union([content.owner]).filter { ![0, geteuid(), user].contains($0) }.sorted()
    }

    /// Why no process may be the one that the file names, as it is now, and what to do.
    func words(_ root: KernelRoot) -> String {
        let name = path.excerpt(256).showingUnseen()
        do throws(Fault) {
            let content = try look()
            let pid = content.number
            guard access("\(root.proc)/\(pid)", F_OK) == 0 else {
                return "\(name) names process \(pid), which is not there: start the program, or name the file that it "
                    + "writes; one that ended may have left this one"
            }
            if let process = WatchedProcess.process(ofThread: pid, root: root) {
                return "\(name) names \(pid), a thread of process \(process): let the program write the number of its process"
            }
            if let user = try? WatchedProcess(pid: pid, root: root).user(), let stranger = strangers(content, to: user).first {
                let owner =
                    stranger == ReportPeer.unknownUser
                    ? "may be written by others than its owner" : "is uid \(stranger)'s to write"
                return
                    "\(name) names process \(pid) of uid \(user), and \(owner), who may name their own processes alone: let root or "
                    + "that user have the file, the folders that it is in, and the links that lead there"
            }
            return "\(name) names process \(pid), which is there: the other keys of its map do not match it, or an earlier "
                + "group of the file has it"
        } catch {
            return "\(name) \(error.reason)"
        }
    }

    /// Why no number is had.
    private enum Fault: Error {
        case file(LinuxError)
        case noNumber

        /// What it is, and what to do.
        var reason: String {
            switch self {
            case .noNumber: "holds no number in its first line: let the program write the number of its process there"
            case .file(let error) where error.code == ENOENT || error.code == ENOTDIR:
                "is not there: start the program, or name the file that it writes"
            case .file(let error) where error.isForbidden:
                "may not be read by uid \(geteuid()): \(error.reason): let this user read the file, and search its folders"
            case .file(let error) where error.code == EFBIG:
                "is longer than \(WatchLimits.pidFile.value.limitText): name the file that holds the number alone"
            case .file(let error): "cannot be read: \(error.reason)"
            }
        }
    }

    private static let blanks = Set(" \t\r".utf8)

    private struct Content {
        let number: Int32
        let owner: UInt32
        let isOpenToOthers: Bool
    }

    private func look() throws(Fault) -> Content {
        let file: WholeFile.Contents
        do throws(LinuxError) {
            file = try WholeFile.contents(path, longest: WatchLimits.pidFile.value.bytes, isStored: true)
        } catch {
            throw .file(error)
        }
        var line = file.bytes.prefix { $0 != UInt8(ascii: "\n") }
        while let last = line.last, Self.blanks.contains(last) { line.removeLast() }
        let digits = line.drop { Self.blanks.contains($0) }
        guard let number = Int32(String(decoding: digits, as: UTF8.self)), number > 0 else { throw .noNumber }
        let isPrivileged = [0, geteuid()].contains(file.owner)
        return Content(
            number: number, owner: file.owner, isOpenToOthers: file.isOpenToAll || isPrivileged && file.isOpenToGroup)
    }
}
