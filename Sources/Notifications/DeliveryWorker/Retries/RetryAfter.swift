import ApusLimits
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
        // No date is longer, or has other bytes; what is both is not compared as text.
        guard value.utf8.count <= DeliveryLimits.retryAfter.value.bytes, value.utf8.allSatisfy({ $0 < 0x80 }) else {
            return nil
        }
        guard let date = HTTPDate.parse(value, now: now) else { return nil }
        return max(date - now, .zero)
    }
}

/// A date of HTTP, RFC 9110, section 5.6.7: in the form that senders write, and in the two obsolete ones that a recipient must accept.
enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    static func parse(_ text: String, now: Instant) -> Instant? {
        let words = text.split(separator: " ")
        return switch words.count {
        // Sun, 06 Nov 1994 08:49:37 GMT
        case 6 where words[5] == "GMT": moment(day: words[1], month: words[2], year: Int(words[3]), time: words[4])
        // Sunday, 06-Nov-94 08:49:37 GMT
        case 4 where words[3] == "GMT": rfc850(words[1], time: words[2], now: now)
        // Sun Nov  6 08:49:37 1994
        case 5: moment(day: words[2], month: words[1], year: Int(words[4]), time: words[3])
        default: nil
        }
    }

    /// A date that seems to be more than fifty years ahead is the last one in the past with the same two digits.
    private static func rfc850(_ date: Substring, time: Substring, now: Instant) -> Instant? {
        let parts = date.split(separator: "-")
        guard parts.count == 3, parts[2].utf8.count == 2, let digits = Int(parts[2]), (0...99).contains(digits) else {
            return nil
        }
        let thisYear = year(of: now)
        var year = thisYear - thisYear % 100 + digits
        if year > thisYear + 50 { year -= 100 }
        if year <= thisYear - 50 { year += 100 }
        return moment(day: parts[0], month: parts[1], year: year, time: time)
    }

    private static func year(of moment: Instant) -> Int {
        var seconds = time_t(moment.milliseconds / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return Int(parts.tm_year) + 1900
    }

    private static func moment(day: Substring, month: Substring, year: Int?, time: Substring) -> Instant? {
        let clock = time.split(separator: ":", omittingEmptySubsequences: false)
        guard clock.count == 3, clock.allSatisfy({ $0.utf8.count == 2 }),
            let hour = Int32(clock[0]), let minute = Int32(clock[1]), let second = Int32(clock[2]),
            let day = Int32(day), let month = months.firstIndex(of: String(month)), let year,
            (1900...9999).contains(year), (1...31).contains(day), (0...23).contains(hour), (0...59).contains(minute),
            (0...60).contains(second)
        else { return nil }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (Int32(year) - 1900, Int32(month), day)
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (hour, minute, second)
        let seconds = timegm(&parts)
        // A day that its month does not have was moved into the next one.
        guard parts.tm_mday == day || second == 60 else { return nil }
        return Instant(milliseconds: Int64(seconds) * 1000)
    }
}
