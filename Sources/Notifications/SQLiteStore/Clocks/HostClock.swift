import FoundationEssentials
import Glibc
package import NotificationStore

/// The clocks of a machine: the wall's, which people and NTP set, and the time since the boot, which nobody does.
///
/// What the store times by itself (leases, pauses before another attempt, "at once") is kept as moments of the wall's clock. When that
/// clock is set, the moments are moved by as much (``ClockSteps``), so that they never depend on its value.
package struct HostClock: Sendable {
    package let wall: @Sendable () -> Instant
    /// The time since the boot, with the time of suspension; nil where steps are not looked for.
    let elapsed: (@Sendable () -> Duration)?
    /// The name of this boot.
    let boot: String

    /// - Parameters:
    ///   - elapsed: the time since the boot; nil looks for no steps.
    package init(wall: @escaping @Sendable () -> Instant, elapsed: (@Sendable () -> Duration)? = nil, boot: String = "") {
        self.wall = wall
        self.elapsed = elapsed
        self.boot = boot
    }

    /// The clocks of this machine; no steps are looked for where it cannot be known how far this process's clock is from the machine's.
    package static let system: HostClock = {
        guard !bootID.isEmpty, let offset = TimeNamespace.bootOffset() else { return HostClock(wall: Instant.realtime) }
        return HostClock(wall: Instant.realtime, elapsed: { sinceBoot() - offset }, boot: bootID)
    }()

    private static func sinceBoot() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// The kernel's random name of this boot, random(4); empty where /proc does not have it.
    private static let bootID =
        (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8))
        .map { $0.filter { !$0.isWhitespace } } ?? ""
}
