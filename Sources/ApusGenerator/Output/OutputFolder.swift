import Foundation

/// The folder that holds generated files, compared with what should be in it.
public struct OutputFolder: Sendable {
    /// How a file on the disk differs from the generated ones.
    public enum Difference: Hashable, Sendable {
        /// Not there.
        case missing(String)
        /// There with other contents.
        case edited(String)
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
    /// Looked through are the top folders that the files lie in (`rules`, `dashboards`, `deploy`); others are left alone.
    public func differences(from files: [GeneratedFile]) throws -> [Difference] {
        var differences: [Difference] = []
        for file in files {
            let url = root.appendingPathComponent(file.path)
            if !FileManager.default.fileExists(atPath: url.path) {
                differences.append(.missing(file.path))
            } else if try Data(contentsOf: url) != Data(file.contents.utf8) {
                differences.append(.edited(file.path))
            }
        }
        let generated = Set(files.map(\.path))
        let folders = Set(files.compactMap { $0.path.split(separator: "/").dropLast().first.map(String.init) })
        for folder in folders {
            differences += filePaths(in: folder).filter { !generated.contains($0) }.map(Difference.stray)
        }
        return differences.sorted { $0.path < $1.path }
    }

    /// Writes the files that are missing or edited, each by renaming a whole new file over the old one.
    ///
    /// - Returns: the paths written, sorted.
    public func write(_ files: [GeneratedFile]) throws -> [String] {
        let changed = try differences(from: files).filter { !$0.isStray }.map(\.path)
        for file in files where changed.contains(file.path) {
            let url = root.appendingPathComponent(file.path)
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(file.contents.utf8).write(to: url, options: .atomic)
        }
        return changed
    }

    /// All files in a folder and below, relative to the root.
    private func filePaths(in folder: String) -> [String] {
        let path = root.appendingPathComponent(folder).path
        guard let enumerator = FileManager.default.enumerator(atPath: path) else { return [] }
        var paths: [String] = []
        while let entry = enumerator.nextObject() as? String {
            var isFolder: ObjCBool = false
            let found = FileManager.default.fileExists(atPath: "\(path)/\(entry)", isDirectory: &isFolder)
            if !found || !isFolder.boolValue { paths.append("\(folder)/\(entry)") }
        }
        return paths
    }
}

extension OutputFolder.Difference: CustomStringConvertible {
    public var path: String {
        switch self {
        case .missing(let path), .edited(let path), .stray(let path): path
        }
    }

    /// Whether the file should not be there at all.
    public var isStray: Bool {
        if case .stray = self { true } else { false }
    }

    public var description: String {
        switch self {
        case .missing(let path): "\(path): missing"
        case .edited(let path): "\(path): differs from what would be generated"
        case .stray(let path): "\(path): in a folder of generated files, but not generated"
        }
    }
}
