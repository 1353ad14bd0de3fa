/// Writes moments for people and programs.
package enum TimeText {
    /// A moment as RFC 3339 has it, in UTC, to the second.
    ///
    /// - Parameter seconds: since the Unix epoch; what is not between the years 1970 and 9999 is written as their nearer end.
    package static func iso8601(_ seconds: Double) -> String {
        let all = Int64(max(0, min(seconds.isFinite ? seconds : 0, 253_402_300_799)))
        let (day, second) = (all / 86_400, all % 86_400)
        // Civil dates from days, with years that begin in March, so that the day of leap years is their last one.
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let date = "\(digits(year, 4))-\(digits(month, 2))-\(digits(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1, 2))"
        return "\(date)T\(digits(second / 3600, 2)):\(digits(second / 60 % 60, 2)):\(digits(second % 60, 2))Z"
    }

    private static func digits(_ number: Int64, _ count: Int) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}
