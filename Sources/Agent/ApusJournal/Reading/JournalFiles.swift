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
    /// The folders that were looked at, whether they are there or not.
    private(set) var folders: [String] = []

    /// Looks at the folders of a journal.
    ///
    /// - Throws: ``JournalError/open(_:code:)`` of a folder or a list of files that is not there, and where the process has no
    ///   descriptor or memory to look, which says nothing of the files.
    init(of source: JournalOrigin) throws(JournalError) {
        let machine = try Self.machineID(for: source)
        for path in try paths(of: source, machine: machine) {
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
            } catch .exhausted(let code) {
                throw .open(source, code: code)
            } catch {
                hasEmpty = true
            }
        }
    }

    private mutating func paths(of source: JournalOrigin, machine: String?) throws(JournalError) -> [String] {
        if case .files(let paths) = source { return paths }
        var paths: [String] = []
        for folder in source.paths {
            for name in try names(in: folder, of: source) {
                if Self.isJournal(name) {
                    paths.append("\(folder)/\(name)")
                } else if Self.isPart(name, of: source, machine: machine) {
                    let part = "\(folder)/\(name)"
                    paths += try names(in: part, of: source).filter(Self.isJournal).map { "\(part)/\($0)" }
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

    /// The namespaces that have files on this machine, in order; none while its number cannot be read.
    static func namespaces() -> [String] {
        guard let machine = (try? machineID(for: .system)) ?? nil else { return [] }
        let folders = JournalOrigin.system.paths.flatMap { (try? FolderNames.read($0)) ?? [] }
        let names = folders.filter { $0.hasPrefix(machine + ".") }.map { String($0.dropFirst(machine.count + 1)) }
        return Set(names.filter(JournalNamespaces.isLegal)).sorted()
    }

    private static func isMachine(_ name: String) -> Bool { name.utf8.count == 32 && JournalID(hex: name) != nil }

    /// The machine's number in 32 digits (machine-id(5)), by which libsystemd finds the folders too.
    ///
    /// - Throws: ``JournalError/open(_:code:)`` when it cannot be read now: without it, no file would seem to be the machine's.
    private static func machineID(for source: JournalOrigin) throws(JournalError) -> String? {
        let bytes: [UInt8]
        do throws(LinuxError) { bytes = try WholeFile.read("/etc/machine-id", longest: 64) } catch {
            guard let code = error.code, code != ENOENT else { return nil }
            throw .open(source, code: code)
        }
        let text = String(decoding: bytes.prefix { $0 > 32 }, as: UTF8.self)
        return isMachine(text) ? text : nil
    }

    private static func isJournal(_ name: String) -> Bool { name.hasSuffix(".journal") || name.hasSuffix(".journal~") }

    /// The names in a folder; none where there is no folder, or this user may not read it.
    private mutating func names(in folder: String, of source: JournalOrigin) throws(JournalError) -> [String] {
        folders.append(folder)
        do throws(LinuxError) { return try FolderNames.read(folder) } catch {
            let code = error.code ?? EIO
            if JournalFileHeader.isExhaustion(code) || source == .directory(folder) { throw .open(source, code: code) }
            return []
        }
    }
}
