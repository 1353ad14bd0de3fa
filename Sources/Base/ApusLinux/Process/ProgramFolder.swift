import Glibc

/// Where in proc(5) the kernel says what program a process runs.
enum ProgramFolder {
    /// The most threads that are looked at.
    private static let mostThreads = 256

    /// The folder of a thread that lives, of a process whose first thread has ended: that one says nothing any more of what it runs, and stays in
    /// the control group that it ended in.
    ///
    /// - Parameter folder: of the process.
    /// - Returns: `nil` where the first thread lives, and where none does, as in a zombie.
    static func ofLivingThread(in folder: String) -> String? {
        guard hasEnded(folder) else { return nil }
        return otherThread(in: folder)
    }

    private static func otherThread(in folder: String) -> String? {
        guard let threads = opendir("\(folder)/task") else { return nil }
        defer { closedir(threads) }
        for _ in 0..<mostThreads {
            guard let entry = readdir(threads) else { return nil }
            // In bounds: the kernel ends the name with a null within the array.
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            guard name.utf8.first.map({ $0 != UInt8(ascii: ".") }) ?? false else { continue }
            let thread = "\(folder)/task/\(name)"
            if state(thread).map({ !isEnd($0) }) ?? false { return thread }
        }
        return nil
    }

    /// Whether the kernel says to this user what a thread runs.
    static func hasProgram(_ folder: String) -> Bool {
        var byte: CChar = 0
        return readlink("\(folder)/exe", &byte, 1) == 1
    }

    /// Whether a thread has ended and nobody has waited for it yet (the state `Z` or `X` of proc_pid_stat(5)); of a process, its first thread.
    static func hasEnded(_ folder: String) -> Bool { state(folder).map(isEnd) ?? false }

    private static func isEnd(_ state: UInt8) -> Bool { state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") }

    private static func state(_ folder: String) -> UInt8? {
        try? ProcFile("\(folder)/stat").read { bytes -> UInt8? in
            // The state stands behind the name, in parentheses, and a space.
            bytes.lastIndex(of: UInt8(ascii: ")")).flatMap { bytes.dropFirst($0 + 2).first }
        }
    }
}
