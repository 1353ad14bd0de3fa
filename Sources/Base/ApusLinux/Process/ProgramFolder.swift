import Glibc

/// Where in proc(5) the kernel says what program a process runs.
enum ProgramFolder {
    /// The most threads that are looked at.
    private static let mostThreads = 256

    /// The folder of a thread that says what it runs, of a process whose first thread has ended: that one says nothing any more.
    ///
    /// - Parameter folder: of the process.
    /// - Returns: `nil` where there is no other thread, as in a zombie and in a thread of the kernel.
    static func ofLivingThread(in folder: String) -> String? {
        guard let threads = opendir("\(folder)/task") else { return nil }
        defer { closedir(threads) }
        for _ in 0..<mostThreads {
            guard let entry = readdir(threads) else { return nil }
            // In bounds: the kernel ends the name with a null within the array.
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            guard name.utf8.first.map({ $0 != UInt8(ascii: ".") }) ?? false else { continue }
            let thread = "\(folder)/task/\(name)"
            if hasProgram(thread) || hasCommand(thread) { return thread }
        }
        return nil
    }

    /// Whether it has arguments, which everybody may read.
    static func hasCommand(_ folder: String) -> Bool {
        (try? ProcFile("\(folder)/cmdline").read(capacity: 16) { $0.isEmpty ? nil : true }) ?? false
    }

    /// Whether the kernel says to this user what a thread runs.
    static func hasProgram(_ folder: String) -> Bool {
        var byte: CChar = 0
        return readlink("\(folder)/exe", &byte, 1) == 1
    }

    /// Whether a process has ended and nobody has waited for it yet (the state `Z` or `X` of proc_pid_stat(5)).
    static func hasEnded(_ folder: String) -> Bool {
        let state = try? ProcFile("\(folder)/stat").read { bytes -> UInt8? in
            // The state stands behind the name, in parentheses, and a space.
            bytes.lastIndex(of: UInt8(ascii: ")")).flatMap { bytes.dropFirst($0 + 2).first }
        }
        return state == UInt8(ascii: "Z") || state == UInt8(ascii: "X")
    }
}
