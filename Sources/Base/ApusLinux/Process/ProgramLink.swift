import Glibc

/// A name of a program under which there is a link to another file: a process that is started by it runs that file.
package struct ProgramLink: Sendable, Hashable, CustomStringConvertible {
    /// The path of the link, or one that leads through a link to a folder.
    package let path: String
    /// The path of the file.
    package let target: String

    package init(path: String, target: String) {
        self.path = path
        self.target = target
    }

    /// Looks for a program's links as they are now.
    ///
    /// - Parameters:
    ///   - program: a path, or a name that is looked for in folders.
    ///   - folders: those in which a name is looked for.
    ///   - target: the file that a path leads to through all links; `nil` where there is none. By default whoever has to is asked for it.
    /// - Returns: those that lead to a file of another name, or of another path where a path is given; each file once.
    package static func find(
        _ program: String, in folders: [String] = folders, leading target: (String) -> String? = file
    ) -> [ProgramLink] {
        let isPath = program.utf8.contains(UInt8(ascii: "/"))
        guard !program.isEmpty, !isPath || program.hasPrefix("/") else { return [] }
        var targets: Set<String> = []
        return (isPath ? [program] : folders.map { "\($0)/\(program)" }).compactMap { path in
            guard let target = target(path), target != path, isPath || lastPart(target) != program,
                targets.insert(target).inserted
            else { return nil }
            return ProgramLink(path: path, target: target)
        }
    }

    /// The folders of programs: those of `PATH`, and those that every system has.
    package static var folders: [String] {
        let own = getenv("PATH").map { String(cString: $0) } ?? ""
        let usual = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
        var seen: Set<String> = []
        return (own.split(separator: ":").map(String.init).filter { $0.hasPrefix("/") } + usual)
            .filter { seen.insert($0).inserted }
    }

    /// The file that a path leads to through all links; `nil` where there is none.
    package static func file(at path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        // In bounds: realpath(3) ends it with a NUL.
        return String(validatingCString: resolved)
    }

    private static func lastPart(_ path: String) -> Substring {
        path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
    }

    package var description: String { "\(path) is a link to \(target)" }
}
