import ApusLimits
import ApusLinux
import Glibc

/// What files a journal has, and which of them cannot be read.
struct JournalFiles {
    /// A file that is to be read.
    struct Found {
        let path: String
        let header: JournalFileHeader
    }

    /// The files by their numbers: a copy of a file is that file.
    private(set) var found: [JournalID: Found] = [:]
    private(set) var damaged: [(path: String, code: Int32)] = []
    /// How many files this user may not read: otherwise missing entries are to be expected.
    private(set) var unreadable = 0
    /// How many files are left out because there are too many.
    private(set) var excess = 0
    /// The folders of other machines beside that of this one, whose files are not read.
    private(set) var foreignFolders: [String] = []
    /// Whether a file has no content yet, so that another look is due.
    private(set) var hasEmpty = false

    /// Looks at the folders of a journal.
    init(of source: JournalOrigin) {
        let machine = Self.machineID()
        for path in paths(of: source, machine: machine) {
            do throws(JournalFileHeader.Fault) {
                let header = try JournalFileHeader.read(path)
                guard found[header.fileID] == nil else { continue }
                guard found.count < JournalFollowingLimits.files.value else {
                    excess += 1
                    continue
                }
                found[header.fileID] = Found(path: path, header: header)
            } catch .damaged(let code) {
                damaged.append((path, code))
            } catch .notPermitted {
                unreadable += 1
            } catch {
                hasEmpty = true
            }
        }
    }

    private mutating func paths(of source: JournalOrigin, machine: String?) -> [String] {
        if case .files(let paths) = source { return paths }
        var paths: [String] = []
        for folder in source.paths {
            for name in Self.names(in: folder) {
                if Self.isJournal(name) {
                    paths.append("\(folder)/\(name)")
                } else if Self.isPart(name, of: source, machine: machine) {
                    paths += Self.names(in: "\(folder)/\(name)").filter(Self.isJournal).map { "\(folder)/\(name)/\($0)" }
                } else if case .system = source, Self.isMachine(name) || name == "remote" {
                    foreignFolders.append("\(folder)/\(name)")
                }
            }
        }
        return paths
    }

    /// Whether a folder is one of the source's: named for the machine, a namespace's with a dot and the namespace behind it.
    private static func isPart(_ folder: String, of source: JournalOrigin, machine: String?) -> Bool {
        switch source {
        case .system: folder == machine
        case .namespace(let name): machine.map { folder == $0 + "." + name } ?? false
        case .directory, .files: true
        }
    }

    private static func isMachine(_ name: String) -> Bool { name.utf8.count == 32 && JournalID(hex: name) != nil }

    /// The machine's number in 32 digits (machine-id(5)), by which libsystemd finds the folders too.
    private static func machineID() -> String? {
        guard let bytes = try? WholeFile.read("/etc/machine-id", longest: 64) else { return nil }
        let text = String(decoding: bytes.prefix { $0 > 32 }, as: UTF8.self)
        return isMachine(text) ? text : nil
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
