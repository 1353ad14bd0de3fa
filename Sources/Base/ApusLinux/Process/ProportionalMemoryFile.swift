import CLinux

extension WatchedProcess {
    /// Reads how much of its resident memory is the process's own, where a page that several have counts with each by its part
    /// (/proc/PID/smaps_rollup, proc_pid_smaps_rollup(5)). The kernel looks at every page, and the process can map none meanwhile: some 8 ms
    /// a gibibyte.
    ///
    /// - Parameter resident: the size of its resident memory in bytes, by which it takes longer.
    /// - Returns: the part of the resident memory, 0 to 1; `nil` of a process that has none. And the nanoseconds that another thread of this
    ///   process has worked for it.
    /// - Throws: ``LinuxError``; ``LinuxError/isForbidden`` of another user's process without the privilege to trace it, and
    ///   ``LinuxError/isHeldUp`` where it keeps whoever reads from it.
    package func proportionalPart(ofResident resident: UInt64) throws(LinuxError) -> (part: Double?, cpuNanoseconds: UInt64) {
        // Ten times what it takes.
        let patience = BoundedReads.patience + .nanoseconds(83) * Int(clamping: resident >> 10)
        return try root.reads.read(of: pid, path: "\(folder)/smaps_rollup", patience: patience, root: root) { _ in
            Result { () throws(LinuxError) in
                let start = apus_thread_cpu_nanoseconds()
                let part = try self.readProportionalPart()
                return (part, apus_thread_cpu_nanoseconds() &- start)
            }
        }
    }

    private func readProportionalPart() throws(LinuxError) -> Double? {
        try file("smaps_rollup").read { bytes -> Double?? in
            var (resident, proportional): (Int64?, Int64?)
            bytes.forEachNumber { key, kibibytes in
                if key.isText("Rss") { resident = kibibytes }
                if key.isText("Pss") { proportional = kibibytes }
            }
            guard let resident, let proportional, resident > 0 else { return .some(nil) }
            return min(1, Double(proportional) / Double(resident))
        }
    }
}
