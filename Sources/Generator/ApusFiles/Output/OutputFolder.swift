import Dispatch
import Foundation
import Synchronization

/// The folder that holds generated files, compared with what should be in it.
public struct OutputFolder: Sendable {
    /// How a path on the disk differs from the generated files.
    public enum Difference: Hashable, Sendable {
        /// The file is not there.
        case missing(String)
        /// The file is there with other contents.
        case edited(String)
        /// A symbolic link, a folder or a device is where a file should be.
        case notAFile(String)
        /// The file is in a folder of generated files without being one.
        case stray(String)
    }

    /// The choice of what becomes of paths that are in a folder of generated files without being one.
    public enum Strays: Sendable {
        /// They are named among the differences.
        case named
        /// They are ignored, as where the files are only some of those that belong there.
        case ignored
    }

    /// The absolute path of the folder.
    private let root: String

    /// Makes the folder at a path, which need not be there.
    ///
    /// - Parameter path: the folder under which the files' paths lie.
    public init(path: String) {
        root = URL(fileURLWithPath: path, isDirectory: true).path
    }

    /// Lists everything that would have to change for the folder to hold the files and, unless strays are ignored, nothing else, sorted
    /// by path.
    public func differences(from files: [GeneratedFile], strays: Strays = .named) throws(OutputError) -> [Difference] {
        var differences = try Self.forEach(files) { file throws(OutputError) in
            Difference(of: file, try disk(file).state)
        }.compactMap(\.self)
        if strays == .named { differences += try self.strays(beside: files) }
        return differences.sorted { $0.path < $1.path }
    }

    /// Lists what lies among the files without being one of them, sorted by path.
    ///
    /// Looked through are the top folders that the files lie in (`rules`, `dashboards`, `deploy`) and `docs/runbooks`; others are left
    /// alone.
    ///
    /// - Throws: when a folder cannot be read.
    public func strays(beside files: [GeneratedFile]) throws(OutputError) -> [Difference] {
        let generated = Set(files.lazy.map { $0.path })
        var folders = Array(Set(files.compactMap { Self.folder(of: $0) }))
        var strays: [String] = []
        // Level by level, since a large fleet has a folder for each process.
        while !folders.isEmpty {
            let level = try Self.forEach(folders) { folder throws(OutputError) in
                let (files, folders) = try entries(of: folder)
                return (strays: files.filter { !generated.contains($0) }, folders: folders)
            }
            strays += level.flatMap(\.strays)
            folders = level.flatMap(\.folders)
        }
        return strays.sorted().map(Difference.stray)
    }

    /// The folder that holds nothing but generated files: the top one or, in `docs`, where people write too, the one below it.
    private static func folder(of file: GeneratedFile) -> String? {
        let path = file.path.utf8
        let start = file.path.hasPrefix("docs/") ? path.index(path.startIndex, offsetBy: 5) : path.startIndex
        let end = path[start...].firstIndex(of: UInt8(ascii: "/")) ?? path.firstIndex(of: UInt8(ascii: "/"))
        return end.map { String(file.path[..<$0]) }
    }

    /// Writes the files that are missing or differ, each by renaming a whole new file over the old one, or into a folder that was made
    /// for it. A symbolic link is replaced, and what it points to is left alone; strays are left alone too.
    ///
    /// - Returns: the paths written, in the order of the files.
    /// - Throws: for the first path that cannot be written; the others are written.
    public func write(_ files: [GeneratedFile]) throws(OutputError) -> [String] {
        try Self.forEach(files) { file throws(OutputError) in
            let disk = disk(file)
            if try disk.writeIntoNewFolder() { return file.path }
            let state = try disk.state
            guard state != .same else { return nil }
            try disk.write(over: state)
            return file.path
        }.compactMap(\.self)
    }

    private func disk(_ file: GeneratedFile) -> FileOnDisk {
        FileOnDisk(path: "\(root)/\(file.path)", contents: .text(file.contents))
    }

    /// On as many processors as there are: a large fleet has tens of thousands of files.
    ///
    /// - Returns: what came of each, in order.
    /// - Throws: the first error in the order of the elements, after all of them.
    private static func forEach<Element: Sendable, Value: Sendable, Failure: Error>(
        _ elements: [Element], _ body: @Sendable (Element) throws(Failure) -> Value
    ) throws(Failure) -> [Value] {
        let chunks = Array(stride(from: 0, to: elements.count, by: chunkSize))
        let results = Mutex([[Result<Value, Failure>]](repeating: [], count: chunks.count))
        DispatchQueue.concurrentPerform(iterations: chunks.count) { number in
            let chunk = elements[chunks[number]..<min(chunks[number] + chunkSize, elements.count)].map { element in
                Result { () throws(Failure) in try body(element) }
            }
            results.withLock { $0[number] = chunk }
        }
        var values: [Value] = []
        values.reserveCapacity(elements.count)
        for result in results.withLock({ $0 }).joined() { values.append(try result.get()) }
        return values
    }

    private static let chunkSize = 64

    /// What is in a folder, relative to the root; empty when there is no such folder.
    private func entries(of folder: String) throws(OutputError) -> (files: [String], folders: [String]) {
        guard let directory = opendir("\(root)/\(folder)") else {
            let code = errno
            guard code != ENOENT, code != ENOTDIR else { return ([], []) }
            throw .unreadable(path: "\(root)/\(folder)", reason: String(cString: strerror(code)))
        }
        defer { closedir(directory) }
        var files: [String] = []
        var folders: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            let path = "\(folder)/\(name)"
            let isFolder =
                entry.pointee.d_type == UInt8(DT_DIR)
                || (entry.pointee.d_type == UInt8(DT_UNKNOWN) && FileOnDisk.type(at: "\(root)/\(path)") == S_IFDIR)
            if isFolder { folders.append(path) } else { files.append(path) }
        }
        return (files, folders)
    }
}

extension OutputFolder.Difference {
    /// Nil for a file that is as it should be.
    fileprivate init?(of file: GeneratedFile, _ state: FileOnDisk.State) {
        switch state {
        case .same: return nil
        case .missing: self = .missing(file.path)
        case .edited: self = .edited(file.path)
        case .link, .obstacle: self = .notAFile(file.path)
        }
    }
}

extension OutputFolder.Difference: CustomStringConvertible {
    public var path: String {
        switch self {
        case .missing(let path), .edited(let path), .notAFile(let path), .stray(let path): path
        }
    }

    public var description: String {
        switch self {
        case .missing(let path): "\(path): missing"
        case .edited(let path): "\(path): differs from what would be generated"
        case .notAFile(let path): "\(path): not a file"
        case .stray(let path): "\(path): in a folder of generated files, but not generated"
        }
    }
}

/// Why the output folder cannot be read or written: which path and what the system says.
public enum OutputError: Error, Hashable, Sendable, CustomStringConvertible {
    case unreadable(path: String, reason: String)
    case unwritable(path: String, reason: String)

    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)"
        case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)"
        }
    }
}
