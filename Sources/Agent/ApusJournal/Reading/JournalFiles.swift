import CSystemd
import Glibc

/// The files of a journal, for what libsystemd does not say of them: which ones it passes over.
struct JournalFiles {
    private var checked: Set<String> = []
    /// Whether all of them may be read: otherwise missing entries are to be expected.
    private(set) var areReadable = true

    /// The files that do not open, without those that an earlier call has looked at.
    mutating func damaged(in source: JournalOrigin) -> [(path: String, code: Int32)] {
        let paths = Self.paths(of: source)
        var damaged: [(path: String, code: Int32)] = []
        for path in paths where !checked.contains(path) {
            // Files disappear by vacuuming at any time, and not all are for this user to read: neither is damage.
            guard access(path, R_OK) == 0 else {
                if errno == EACCES { areReadable = false }
                continue
            }
            // One that journald has just made has no content yet.
            var status = stat()
            guard stat(path, &status) == 0, status.st_size > 0 else { continue }
            do throws(JournalError) {
                _ = try JournalReader(.files([path]))
            } catch .open(_, let code) where code != ENOENT {
                damaged.append((path, code))
            } catch {}
        }
        checked = Set(paths)
        return damaged
    }

    private static func paths(of source: JournalOrigin) -> [String] {
        if case .files(let paths) = source { return paths }
        return source.paths.flatMap { folder in
            names(in: folder).flatMap { name in
                if isJournal(name) { return ["\(folder)/\(name)"] }
                guard isPart(name, of: source) else { return [] }
                return names(in: "\(folder)/\(name)").filter(isJournal).map { "\(folder)/\(name)/\($0)" }
            }
        }
    }

    /// Whether a folder is one of the source's: a namespace's is named for the machine, a dot and the namespace.
    private static func isPart(_ folder: String, of source: JournalOrigin) -> Bool {
        switch source {
        case .system: !folder.contains(".")
        case .namespace(let name): folder.hasSuffix("." + name)
        case .directory, .files: true
        }
    }

    private static func isJournal(_ name: String) -> Bool { name.hasSuffix(".journal") || name.hasSuffix(".journal~") }

    /// The names in a folder; none where there is no folder.
    private static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            // In bounds: the kernel ends the name with a null within the array.
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}
