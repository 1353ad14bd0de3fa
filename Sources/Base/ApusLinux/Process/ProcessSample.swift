/// What the kernel said of a process at one moment.
package struct ProcessSample: Equatable, Sendable {
    /// The moment of the reading: CLOCK_MONOTONIC in nanoseconds.
    package let monotonicNanoseconds: UInt64
    /// CPU time of all threads in user mode, in seconds, in steps of a clock tick (10 ms).
    package let userSeconds: Double
    /// CPU time of all threads in the kernel, in seconds.
    package let systemSeconds: Double
    /// CPU time in user mode of children that were waited for, in seconds.
    package let childrenUserSeconds: Double
    /// CPU time in the kernel of children that were waited for, in seconds.
    package let childrenSystemSeconds: Double
    package let residentBytes: UInt64
    package let virtualBytes: UInt64
    package let threads: UInt64
    /// The state of the first thread as a letter of proc_pid_stat(5): R, S, D, T, …; `nil` where it is not known.
    package let state: UInt8?

    /// CPU time of the process itself, without its children, in seconds.
    package var cpuSeconds: Double { userSeconds + systemSeconds }

    package init(
        monotonicNanoseconds: UInt64, userSeconds: Double, systemSeconds: Double, childrenUserSeconds: Double = 0,
        childrenSystemSeconds: Double = 0, residentBytes: UInt64, virtualBytes: UInt64, threads: UInt64, state: UInt8? = nil
    ) {
        self.monotonicNanoseconds = monotonicNanoseconds
        self.userSeconds = userSeconds
        self.systemSeconds = systemSeconds
        self.childrenUserSeconds = childrenUserSeconds
        self.childrenSystemSeconds = childrenSystemSeconds
        self.residentBytes = residentBytes
        self.virtualBytes = virtualBytes
        self.threads = threads
        self.state = state
    }
}
