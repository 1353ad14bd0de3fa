import Foundation

/// The folder that holds generated files, compared with what should be in it.
public struct OutputFolder: Sendable {
    /// How a path on the disk differs from the generated files.
    public enum Difference: Hashable, Sendable {
        /// Not there.
        case missing(String)
        /// There with other contents.
        case edited(String)
        /// A symbolic link, a folder or a device where a file should be.
        case notAFile(String)
        /// In a folder of generated files without being one.
        case stray(String)
    }

    private let root: URL

    /// - Parameter path: the folder under which the files' paths lie.
    public init(path: String) {
        root = URL(fileURLWithPath: path, isDirectory: true)
    }

    /// Everything that would have to change for the folder to hold the files and nothing else, sorted by path.
    ///
    /// Looked through are the top folders that the files lie in (`rules`, `dashboards`, `deploy`) and `docs/runbooks`; others are left
    /// alone.
    public func differences(from files: [GeneratedFile]) throws(OutputError) -> [Difference] {
        var differences: [Difference] = []
        for file in files {
            if let difference = try difference(from: file) { differences.append(difference) }
        }
        let generated = Set(files.map(\.path))
        let folders = Set(files.compactMap { Self.folder(of: $0) })
        for folder in folders {
            differences += filePaths(in: folder).filter { !generated.contains($0) }.map(Difference.stray)
        }
        return differences.sorted { $0.path < $1.path }
    }

    /// The folder that holds nothing but generated files.
    private static func folder(of file: GeneratedFile) -> String? {
        file.path.hasPrefix("\(runbookFolder)/")
            ? runbookFolder : file.path.split(separator: "/").dropLast().first.map(String.init)
    }

    /// Writes the files that are missing or differ, each by renaming a whole new file over the old one. A symbolic link is
    /// replaced, and what it points to is left alone; strays are left alone too.
    ///
    /// - Returns: the paths written, in the order of the files.
    /// - Throws: at the first path that cannot be written; those before it are written.
    public func write(_ files: [GeneratedFile]) throws(OutputError) -> [String] {
        var written: [String] = []
        for file in files {
            guard let difference = try difference(from: file) else { continue }
            try write(file, over: difference)
            written.append(file.path)
        }
        return written
    }

    private func difference(from file: GeneratedFile) throws(OutputError) -> Difference? {
        let url = root.appendingPathComponent(file.path)
        do {
            guard try type(of: url) == .typeRegular else { return .notAFile(file.path) }
            return try Data(contentsOf: url) == Data(file.contents.utf8) ? nil : .edited(file.path)
        } catch {
            // A file in the place of a folder hides what would be in it.
            if [ENOENT, ENOTDIR].contains(error.posixCode) { return .missing(file.path) }
            throw .unreadable(path: url.path, reason: error.reason)
        }
    }

    private func write(_ file: GeneratedFile, over difference: Difference) throws(OutputError) {
        let url = root.appendingPathComponent(file.path)
        do {
            if case .notAFile = difference {
                guard try type(of: url) == .typeSymbolicLink else {
                    throw OutputError.unwritable(path: url.path, reason: "something that is no file is in the way; remove it")
                }
                try FileManager.default.removeItem(at: url)
            }
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(file.contents.utf8).write(to: url, options: .atomic)
        } catch let error as OutputError {
            throw error
        } catch {
            throw .unwritable(path: url.path, reason: error.reason)
        }
    }

    /// What is at a path itself: links are not followed.
    private func type(of url: URL) throws -> FileAttributeType? {
        try FileManager.default.attributesOfItem(atPath: url.path)[.type] as? FileAttributeType
    }

    /// All that is in a folder and below but folders, relative to the root.
    private func filePaths(in folder: String) -> [String] {
        guard let enumerator = FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path) else {
            return []
        }
        var paths: [String] = []
        while let entry = enumerator.nextObject() as? String {
            if enumerator.fileAttributes?[.type] as? FileAttributeType != .typeDirectory { paths.append("\(folder)/\(entry)") }
        }
        return paths
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

extension Error {
    /// The error number under one of Foundation's errors.
    var posixCode: Int32? {
        let cause = (self as? CocoaError)?.underlying ?? self
        return (cause as? POSIXError)?.code.rawValue
    }

    var reason: String { posixCode.map { String(cString: strerror($0)) } ?? localizedDescription }
}
