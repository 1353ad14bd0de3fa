import Glibc

/// Where in proc(5) the kernel says what program a process runs.
enum ProgramFolder {
    /// The most threads that are looked at.
    private static let mostThreads = 256

    /// The folder of a thread that lives, of a process whose first thread has ended: of that one the kernel says nothing any more.
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
            if hasProgram(thread) { return thread }
        }
        return nil
    }

    /// Whether the kernel says what a thread runs; else `errno` is why.
    static func hasProgram(_ folder: String) -> Bool {
        var byte: CChar = 0
        return readlink("\(folder)/exe", &byte, 1) == 1
    }

    /// Whether it is a thread of the kernel (PF_KTHREAD among the flags of proc_pid_stat(5)).
    static func isOfKernel(_ folder: String) -> Bool {
        let flags = try? ProcFile("\(folder)/stat").read { bytes -> UInt64? in
            guard let close = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
            let fields = bytes[close...].split(separator: UInt8(ascii: " "), maxSplits: 8)
            return fields.count > 7 ? UInt64(String(decoding: fields[7], as: UTF8.self)) : nil
        }
        return flags.map { $0 & 0x0020_0000 != 0 } ?? false
    }
}
