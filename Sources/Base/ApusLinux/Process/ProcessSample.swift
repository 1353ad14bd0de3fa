/// What the kernel said of a process at one moment.
package struct ProcessSample: Equatable, Sendable {
    /// When: CLOCK_MONOTONIC, in nanoseconds.
    package let monotonicNanoseconds: UInt64
    /// CPU time in seconds, in steps of a clock tick (10 ms).
    package let userSeconds: Double
    package let systemSeconds: Double
    package let childrenUserSeconds: Double
    package let childrenSystemSeconds: Double
    package let residentBytes: UInt64
    package let virtualBytes: UInt64
    package let threads: UInt64
    /// `nil` where the caller may not look (another user's process without privilege).
    package let openFiles: UInt64?
    package let maxFiles: UInt64?
    /// One letter of the first thread, as proc_pid_stat(5) has them: R, S, D, T, …; `nil` where it is not known.
    package let state: UInt8?

    /// CPU time in all, without children.
    package var cpuSeconds: Double { userSeconds + systemSeconds }

    package init(
        monotonicNanoseconds: UInt64, userSeconds: Double, systemSeconds: Double, childrenUserSeconds: Double = 0,
        childrenSystemSeconds: Double = 0, residentBytes: UInt64, virtualBytes: UInt64, threads: UInt64, openFiles: UInt64?,
        maxFiles: UInt64?, state: UInt8? = nil
    ) {
        self.monotonicNanoseconds = monotonicNanoseconds
        self.userSeconds = userSeconds
        self.systemSeconds = systemSeconds
        self.childrenUserSeconds = childrenUserSeconds
        self.childrenSystemSeconds = childrenSystemSeconds
        self.residentBytes = residentBytes
        self.virtualBytes = virtualBytes
        self.threads = threads
        self.openFiles = openFiles
        self.maxFiles = maxFiles
        self.state = state
    }
}
