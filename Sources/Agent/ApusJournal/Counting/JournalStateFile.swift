import ApusLimits
import ApusLinux
import Glibc

/// The file that a state is kept in over restarts.
struct JournalStateFile: Sendable {
    let path: String

    /// The file of an earlier version, which had one name for whichever journal; `nil` where there cannot be one.
    var formerPath: String?

    /// Reads what was saved last; `nil` where nothing was.
    ///
    /// - Returns: what was saved, and whether that is to be saved under the file's own name.
    /// - Throws: ``JournalStateError/content(path:_:)`` of a file that no later try reads either; ``JournalStateError/read(path:code:)``
    ///   where the file cannot be read now, which says nothing of what is in it.
    func load() throws(JournalStateError) -> (state: JournalState?, isMoved: Bool) {
        if let state = try load(path) { return (state, false) }
        // Whose the file of a later version is, its name says.
        guard let formerPath else { return (nil, false) }
        let former: JournalState?
        do throws(JournalStateError) { former = try load(formerPath) } catch {
            // One that can be read by no later try is as good as none; of any other nothing is known yet.
            guard case .content = error else { throw error }
            former = nil
        }
        guard let former, former.isOfOneJournal else { return (nil, false) }
        return (former, true)
    }

    private func load(_ path: String) throws(JournalStateError) -> JournalState? {
        let bytes: [UInt8]
        do throws(LinuxError) { bytes = try WholeFile.read(path, longest: JournalFollowingLimits.state.value.bytes) } catch {
            if case .open(_, ENOENT) = error { return nil }
            if error.code == EFBIG { throw .content(path: path, .tooLong) }
            throw .read(path: path, code: error.code ?? EIO)
        }
        do throws(JournalStateFault) {
            return try JournalState(encoded: bytes)
        } catch {
            throw .content(path: path, error)
        }
    }

    /// Removes the file of an earlier version, once what was in it is saved under the file's own name.
    func removeFormer() { if let formerPath { unlink(formerPath) } }

    /// Gives a file whose content is wrong another name, which ends in the time, and removes the oldest of those that are too many.
    func putAside(at seconds: Int) throws(JournalStateError) {
        let name = path + Self.asideMark + String(seconds)
        guard rename(path, name) == 0 else { throw .putAside(path: path, code: errno) }
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[...$0]) } ?? "./"
        let prefix = (slash.map { String(path[path.index(after: $0)...]) } ?? path) + Self.asideMark
        let aside = ((try? FolderNames.read(folder)) ?? []).compactMap { name in
            name.hasPrefix(prefix) ? Int(name.dropFirst(prefix.count)).map { (time: $0, name: name) } : nil
        }
        let excess = aside.count - JournalFollowingLimits.stateAside.value
        for old in aside.sorted(by: { $0.time < $1.time }).prefix(max(0, excess)) { unlink(folder + old.name) }
    }

    private static let asideMark = ".unreadable-"

    /// Replaces what is in the file at once and for good: a kill or a power cut at any point leaves the old state or the new one.
    func save(_ state: JournalState) throws(JournalStateError) {
        let draft = path + ".new"
        // What a kill has left, or somebody has put there, goes: nothing but a new file is written to.
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .write(path: draft, call: "open", code: errno) }
        defer { close(descriptor) }
        try write(state.encoded, to: descriptor, of: draft)
        // Before the rename: a file system may otherwise store the name sooner than the bytes.
        guard fsync(descriptor) == 0 else { throw .write(path: draft, call: "fsync", code: errno) }
        guard rename(draft, path) == 0 else { throw .write(path: path, call: "rename", code: errno) }
        try syncFolder()
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32, of draft: String) throws(JournalStateError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .write(path: draft, call: "write", code: errno) }
            rest = rest.dropFirst(count)
        }
    }

    private func syncFolder() throws(JournalStateError) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .write(path: folder, call: "open", code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .write(path: folder, call: "fsync", code: errno) }
    }
}
