import Glibc

extension Instant {
    /// Now, by the system's clock: the clock of a store that is given no other.
    package static func realtime() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
