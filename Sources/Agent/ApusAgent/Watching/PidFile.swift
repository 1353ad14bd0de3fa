import ApusLimits
import ApusLinux
import ApusText
import Glibc

/// A file in which a program keeps the number of its process.
///
/// Nothing here waits: what lies on a local file system is read at once, and of any other the last answer stands that ``paths`` has.
struct PidFile: Sendable {
    let path: String
    /// Where it is written.
    let place: TextPlace
    let paths: PathBook

    /// The number in the first line, as the file has it now; `nil` where there is no such file, or no such number in it.
    func pid() -> Int32? {
        guard let sight = try? sight() else { return nil }
        switch sight {
        case .here(let number): return number
        case .asked(let content, _): return content.number
        }
    }

    /// Whether it names a process, and whoever can have it say so may: root and the agent's user name any, others their own alone, or they
    /// could take somebody else's process from its group. A file of root that a group may write names none, as nobody knows who of them has.
    func names(_ facts: ProcessFacts) -> Bool { says(of: facts) ?? false }

    /// Whether it names a process, as ``names(_:)`` has it; `nil` where its file system has not said yet what is in it.
    func says(of facts: ProcessFacts) -> Bool? {
        do throws(PidFileFault) {
            switch try sight() {
            case .here(let number):
                guard number == facts.pid else { return false }
                let (content, time) = try look()
                return content.number == facts.pid && isOlder(facts.pid, than: time)
                    && strangers(content, to: facts.user).isEmpty
            case .asked(let content, let time):
                return content.number == facts.pid && isOlder(facts.pid, than: time)
                    && strangers(content, to: facts.user).isEmpty
            }
        } catch {
            if case .unknown = error { return nil }
            return false
        }
    }

    /// Whether a process was there when a file system was asked; whoever has its number since is somebody else.
    private func isOlder(_ pid: Int32, than time: UInt64?) -> Bool {
        guard let time else { return true }
        let root = paths.root
        guard let stat = try? ProcFile("\(root.proc)/\(pid)/stat").read({ ProcessStat($0) }) else { return false }
        return Double(stat.startTicks) / root.ticksPerSecond * 1e9 <= Double(time)
    }

    /// The users who can have the file say what they like, and may not name a process of this user: whose the file that was read is, and whose
    /// the links and folders are by which its path leads there.
    private func strangers(_ content: PidFileContent, to user: UInt32) -> [UInt32] {
        let way = content.holders
        guard !content.isOpenToOthers, !way.isOpenToAll else { return [ReportPeer.unknownUser] }
        // Who of the group has put it there nobody knows, but where it is a file of the process's own user.
        if way.isOpenToGroup, content.owner != user || [0, geteuid()].contains(user) { return [ReportPeer.unknownUser] }
        return way.owners.union([content.owner]).filter { ![0, geteuid(), user].contains($0) }.sorted()
    }

    /// Why no process may be the one that the file names, as it is now, and what to do.
    func words(_ root: KernelRoot) -> String {
        let name = path.excerpt(256).showingUnseen()
        do throws(PidFileFault) {
            let (content, time) = try look()
            let pid = content.number
            // What was said before tells nothing of now.
            if time != nil, paths.isSilent(.pidFile(path)) { throw .unknown(isSilent: true) }
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
            guard error == .unknown(isSilent: true) else { return "\(name) \(error.reason)" }
            return
                "\(name) is on \(paths.fileSystem(of: .pidFile(path))), which does not answer: see what serves it, or keep the file on a "
                + "local one, such as /run"
        }
    }

    // MARK: - Reading

    /// The file as it is seen first.
    private enum Sight {
        /// The number that it has now, without who can have it say that.
        case here(number: Int32)
        /// What its file system has said last, and when it was asked (CLOCK_BOOTTIME, in nanoseconds).
        case asked(PidFileContent, at: UInt64)
    }

    /// Reads the number alone, as most processes are not the one that a file names.
    private func sight() throws(PidFileFault) -> Sight {
        let place: OpenPlace
        do throws(PathFault) { place = try self.nearPlace() } catch {
            let known = try asked(error)
            return .asked(known.content, at: known.time)
        }
        return .here(number: try PidFileContent.read(place, path).number)
    }

    /// The file as it is now, or as its file system has said last, and when that was asked.
    private func look() throws(PidFileFault) -> (content: PidFileContent, time: UInt64?) {
        let walk: PathWalk
        do throws(PathFault) { walk = try nearWalk() } catch {
            let known = try asked(error)
            return (known.content, known.time)
        }
        return (try PidFileContent(walk, path), nil)
    }

    /// The file, where it is local and nobody has to be asked on the way.
    private func nearPlace() throws(PathFault) -> OpenPlace {
        guard let place = try OpenPlace.cached(path) else { return try nearWalk().place }
        try requireLocal(try PlaceStatus(place, asks: false))
        return place
    }

    private func nearWalk() throws(PathFault) -> PathWalk {
        let walk = try PathWalk(path, .local(paths.mounts))
        try requireLocal(walk.status)
        return walk
    }

    private func requireLocal(_ status: PlaceStatus) throws(PathFault) {
        guard paths.mounts.isLocal(status.mount) else { throw .unasked(mount: status.mount) }
    }

    /// What its file system has said last, where a fault is that it would have to be asked.
    private func asked(_ fault: PathFault) throws(PidFileFault) -> (content: PidFileContent, time: UInt64) {
        guard case .unasked(let mount) = fault else { throw PidFileFault(fault, path) }
        let known = paths.known(.pidFile(path), at: mount)
        guard case .pidFile(let said)? = known.answer else { throw .unknown(isSilent: known.isSilent) }
        return (try said.get(), known.askedAt)
    }
}
