import Glibc
package import NotificationStore

/// The header `Retry-After`, RFC 9110, section 10.2.3.
package enum RetryAfter {
    /// The delay that a value asks for; nil when it is neither seconds nor a date.
    ///
    /// - Parameter now: what a date is compared with; a date in the past is no delay.
    package static func parse(_ value: String, now: Instant) -> Duration? {
        if !value.isEmpty, value.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            // More digits than a number holds are a long time, too; a century of seconds keeps later arithmetic in range.
            return .seconds(min(Int64(value) ?? .max, 3_155_760_000))
        }
        guard let date = date(value) else { return nil }
        return max(date - now, .zero)
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Reads a date in the one form that senders may write, `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func date(_ text: String) -> Instant? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let day = Int32(words[1]),
            let month = months.firstIndex(of: String(words[2])),
            let year = Int32(words[3]), (1...31).contains(day), (1970...9999).contains(year)
        else { return nil }
        let time = words[4].split(separator: ":").compactMap { Int32($0) }
        guard time.count == 3, (0...23).contains(time[0]), (0...59).contains(time[1]), (0...60).contains(time[2]) else {
            return nil
        }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1900, Int32(month), day)
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (time[0], time[1], time[2])
        return Instant(milliseconds: Int64(timegm(&parts)) * 1000)
    }
}
