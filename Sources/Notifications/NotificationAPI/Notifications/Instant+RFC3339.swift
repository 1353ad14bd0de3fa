package import NotificationStore

extension Instant {
    /// Reads the `date-time` of RFC 3339, such as `2026-11-21T09:30:00.250+01:00`; nil when the text is none.
    ///
    /// The offset is obligatory: a time without one means another moment in each place. Parts under a millisecond are dropped. The
    /// second 60, which RFC 3339 has for leap seconds, is the first of the next minute, as in Unix time.
    package init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int? {
            let digits = bytes[range]
            guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
            return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        }
        func isByte(_ index: Int, _ candidates: Unicode.Scalar...) -> Bool {
            candidates.contains { UInt8(ascii: $0) == bytes[index] }
        }
        guard bytes.count >= 20, isByte(4, "-"), isByte(7, "-"), isByte(10, "T", "t"), isByte(13, ":"), isByte(16, ":"),
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), (1...12).contains(month),
            (1...Self.days(in: month, of: year)).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        var index = 19
        var milliseconds = 0
        if isByte(index, ".") {
            let end = bytes[20...].firstIndex { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? bytes.count
            guard end > 20, end < bytes.count else { return nil }
            milliseconds = number(20..<min(end, 23)).map { (0..<max(0, 23 - end)).reduce($0) { value, _ in value * 10 } } ?? 0
            index = end
        }
        var offset = 0
        if isByte(index, "Z", "z") {
            guard bytes.count == index + 1 else { return nil }
        } else {
            guard bytes.count == index + 6, isByte(index, "+", "-"), isByte(index + 3, ":"),
                let hours = number(index + 1..<index + 3), let minutes = number(index + 4..<index + 6), hours < 24, minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (isByte(index, "-") ? -1 : 1)
        }
        let minutes = (Self.daysSinceEpoch(year: year, month: month, day: day) * 24 + hour) * 60 + minute - offset
        self.init(milliseconds: Int64((minutes * 60 + second) * 1000 + milliseconds))
    }

    /// The instant as RFC 3339 writes it, in UTC with milliseconds: `2026-11-21T08:30:00.250Z`.
    package var rfc3339: String {
        let (days, rest) = Int(milliseconds).quotientAndRemainderFloored(by: 86_400_000)
        let date = Self.date(daysSinceEpoch: days)
        func padded(_ value: Int, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let time = [rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60].map { padded($0, 2) }.joined(separator: ":")
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T\(time).\(padded(rest % 1000, 3))Z"
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Counts the days since 1970-01-01 in the proleptic Gregorian calendar: `days_from_civil` of Howard Hinnant's chrono-compatible algorithms,
    /// whose years begin in March and so end with the leap day.
    private static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
        let (era, yearOfEra) = (month <= 2 ? year - 1 : year).quotientAndRemainderFloored(by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// Finds the date of a number of days since 1970-01-01: `civil_from_days` of the same algorithms.
    private static func date(daysSinceEpoch days: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = (days + 719_468).quotientAndRemainderFloored(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}

extension Int {
    /// Divides and rounds towards negative infinity, so that the remainder is never negative.
    fileprivate func quotientAndRemainderFloored(by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
