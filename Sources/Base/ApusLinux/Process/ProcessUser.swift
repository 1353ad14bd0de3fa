extension WatchedProcess {
    /// Reads the effective user of the process, by which the kernel judges what it may do: some 10 µs.
    ///
    /// - Throws: ``LinuxError``; ``LinuxError/isProcessGone`` once the process has ended.
    package func user() throws(LinuxError) -> UInt32 {
        // It stands among the first ten lines.
        try file("status").read { $0.effectiveUser }
    }

    /// The process of which a number is a thread and not the process itself, which the kernel lets be looked up like one.
    package static func process(ofThread number: Int32, root: KernelRoot) -> Int32? {
        let process = try? ProcFile("\(root.proc)/\(number)/status").read { bytes -> Int64? in
            var found: Int64?
            bytes.forEachLine { key, rest in if key.isText("Tgid") { found = rest.number } }
            return found
        }
        return process.flatMap { Int32(exactly: $0) }.flatMap { $0 == number ? nil : $0 }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The second number of the line `Uid:` of /proc/PID/status (proc_pid_status(5)); `nil` without one.
    fileprivate var effectiveUser: UInt32? {
        for line in split(separator: UInt8(ascii: "\n")) where line.starts(with: "Uid:".utf8) {
            let fields = line.split { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: " ") }
            return fields.count > 2 ? UInt32(String(decoding: fields[2], as: UTF8.self)) : nil
        }
        return nil
    }
}
