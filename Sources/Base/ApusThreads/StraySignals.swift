import Glibc

/// Signals that end a process which does not care for them, without a word, and that nobody sends a service on purpose.
package enum StraySignals {
    /// The signals, SIGHUP not among them: what that means differs from service to service.
    package static let all = [SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGSTKFLT]

    /// Ignores them from here on.
    package static func ignore() {
        for number in all { signal(number, SIG_IGN) }
    }
}
