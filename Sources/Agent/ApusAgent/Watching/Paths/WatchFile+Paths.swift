import ApusLimits
import ApusLinux
import ApusText

/// The paths of the file whose file systems may not answer.
extension WatchFile {
    /// Waits, not without bound, for what such file systems say of its paths.
    package mutating func settle() {
        want()
        paths.settle()
        for group in groups.indices {
            for place in groups[group].selectors.indices {
                guard let program = groups[group].selectors[place].executable?.program else { continue }
                _ = groups[group].selectors[place].executable?.take(paths.links(of: program))
            }
        }
    }

    /// Has such file systems asked for its paths, and waits for nothing.
    func ask() {
        want()
        paths.turn()
    }

    /// Says which paths are to be asked: those of programs are since they were parsed.
    private func want() {
        for file in groups.flatMap(\.selectors).compactMap(\.pidFile) { _ = file.pid() }
    }

    /// What is to be known of paths of which nothing is, a line for each: `PATH:LINE:COLUMN: what it is: what to do`.
    package func silentPaths(of path: String) -> [String] {
        var faults: [WatchFault] = []
        for selector in groups.flatMap(\.selectors) {
            if let file = selector.pidFile, paths.isUnknown(.pidFile(file.path)) {
                faults.append(fault("pid_file", .pidFile(file.path), "nothing matches until it does", at: file.place))
            }
            guard let executable = selector.executable, let program = executable.program else { continue }
            for link in paths.links(of: program).unknown.sorted() {
                faults.append(
                    fault(
                        "executable", .target(link), "what a link there leads to does not match until it does",
                        at: executable.place))
            }
        }
        let most = WatchLimits.errors.value
        let more = faults.count > most ? ["\(path): \(faults.count - most) more of them are not listed"] : []
        return faults.prefix(most).map { $0.line(of: path) } + more
    }

    private func fault(_ key: String, _ question: PathQuestion, _ effect: String, at place: TextPlace) -> WatchFault {
        WatchFault(
            place: place,
            reason:
                "\(key): \(question.path.quotedExcerpt(256)) is on \(paths.fileSystem(of: question)), which does not answer, so that "
                + "\(effect): see what serves it, or keep the file on a local one, such as /run")
    }
}
