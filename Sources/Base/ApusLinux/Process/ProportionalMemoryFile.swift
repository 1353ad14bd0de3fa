import Glibc

extension WatchedProcess {
    /// Reads how much of its resident memory is the process's own, where a page that several have counts with each by its part
    /// (/proc/PID/smaps_rollup, proc_pid_smaps_rollup(5)). The kernel looks at every page, and the process can map none meanwhile: some 8 ms
    /// a gibibyte.
    ///
    /// - Returns: the part of the resident memory, 0 to 1; `nil` of a process that has none.
    /// - Throws: ``LinuxError``; ``LinuxError/isForbidden`` of another user's process without the privilege to trace it.
    package func proportionalPart() throws(LinuxError) -> Double? {
        let read = try file("smaps_rollup").read { bytes -> Double?? in
            var (resident, proportional): (Int64?, Int64?)
            bytes.forEachNumber { key, kibibytes in
                if key.isText("Rss") { resident = kibibytes }
                if key.isText("Pss") { proportional = kibibytes }
            }
            guard let resident, let proportional, resident > 0 else { return .some(nil) }
            return min(1, Double(proportional) / Double(resident))
        }
        return read
    }
}
