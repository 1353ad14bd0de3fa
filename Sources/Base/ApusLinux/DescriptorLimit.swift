import Glibc

/// The number of descriptors that this process may have open (`RLIMIT_NOFILE`, getrlimit(2)).
///
/// The soft limit of a service is 1,024 for the sake of programs that use select(2), and its hard limit some hundred thousand
/// (systemd.exec(5), `LimitNOFILE=`): what does not use select(2) raises the one to the other when it starts.
///
/// ```swift
/// let limit = DescriptorLimit.raise()
/// ```
package struct DescriptorLimit: Equatable, Sendable {
    /// The number that holds now; the largest descriptor is one less.
    package let soft: Int
    /// The number up to which an unprivileged process may raise its own.
    package let hard: Int

    package init(soft: Int, hard: Int) {
        self.soft = soft
        self.hard = hard
    }

    /// Whether what saves a call of the kernel alone may stay open, of a thousand processes: the limit is 8,192 at least, as it was at the first
    /// question.
    package static let isAmple = (current?.soft ?? 0) >= 1 << 13

    /// The limit as the kernel has it; `nil` where it does not say.
    package static var current: DescriptorLimit? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return DescriptorLimit(soft: Int(clamping: limit.rlim_cur), hard: Int(clamping: limit.rlim_max))
    }

    /// The descriptors of the soft limit that the work of a process may share out, as there are some that it takes whatever it does: its own files,
    /// and sixteen of an endpoint's clients.
    package var shared: Int { max(16, soft - 64) }

    /// Whether a descriptor is one of the last that this process may have: the kernel gives the lowest that is free.
    ///
    /// - Parameter reserve: how many are the last ones; half of all at most.
    package static func isScarce(_ descriptor: Int32, of reserve: Int) -> Bool {
        guard let soft = current?.soft else { return false }
        return Int(descriptor) >= soft - min(reserve, soft / 2)
    }

    /// Raises the soft limit of this process to the hard one.
    ///
    /// - Returns: the limit that holds from here on: unchanged where the kernel refuses; `nil` where it does not say.
    @discardableResult
    package static func raise() -> DescriptorLimit? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        return current
    }
}
