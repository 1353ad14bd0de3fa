import CLinux

/// What a process writes when it crashes.
package enum CrashTrace {
    /// Has a crash write the addresses of its calls to standard error, which is a child's log under `apus up`.
    package static func enable() { apus_trace_crashes() }
}
