import Glibc
import NotificationStore

/// Moments as RFC 3339 writes them: they mean what the C library says that they mean, and survive the way back and forth.
enum MomentAttack {
    static func text(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let moment = Instant(rfc3339: text) else { return }
        guard let seconds = seconds(Array(text.utf8)) else { return require(false, "«\(text)» is taken for a moment") }
        let (quotient, rest) = moment.milliseconds.quotientAndRemainder(dividingBy: 1000)
        require((rest < 0 ? quotient - 1 : quotient) == seconds, "«\(text)» is \(moment.milliseconds) ms, and \(seconds) s")
        // In UTC a moment is written as it came: a day that is none would become another one.
        let isUTC = text.utf8.last.map { $0 | 0x20 == UInt8(ascii: "z") } ?? false
        if isUTC, text.dropFirst(17).prefix(2) != "60" {
            require(moment.rfc3339.prefix(19) == text.uppercased().prefix(19), "«\(text)» is written as \(moment.rfc3339)")
        }
        checkWay(moment)
    }

    static func moment(_ program: inout ByteProgram) {
        // From the year 0 to the end of the year 9999.
        let span: Int64 = 253_402_300_800_000 + 62_167_219_200_000
        let milliseconds = Int64(program.number(UInt64.self) % UInt64(span)) - 62_167_219_200_000
        checkWay(Instant(milliseconds: milliseconds))
        days(ofYear: Int32(program.number(UInt16.self)) % 10_000)
    }

    /// The days that a year has are taken, and no other.
    private static func days(ofYear year: Int32) {
        func padded(_ number: Int32, _ width: Int) -> String {
            String(repeating: "0", count: width - String(number).utf8.count) + String(number)
        }
        for month in 0...13 as ClosedRange<Int32> {
            for day in 0...32 as ClosedRange<Int32> {
                var time = tm()
                (time.tm_year, time.tm_mon, time.tm_mday) = (year - 1900, month - 1, day)
                timegm(&time)
                let exists = (time.tm_year, time.tm_mon, time.tm_mday) == (year - 1900, month - 1, day)
                let text = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T12:00:00Z"
                require((Instant(rfc3339: text) != nil) == exists, "«\(text)» is \(exists ? "refused" : "taken")")
            }
        }
    }

    private static func checkWay(_ moment: Instant) {
        let written = moment.rfc3339
        // An offset can lead past the years that four digits have.
        guard (-62_167_219_200_000..<253_402_300_800_000).contains(moment.milliseconds) else { return }
        require(Instant(rfc3339: written) == moment, "\(moment.milliseconds) ms is written as \(written)")
    }

    /// Seconds since 1970 by timegm(3).
    private static func seconds(_ bytes: [UInt8]) -> Int64? {
        func number(_ start: Int, _ count: Int) -> Int32? {
            Int32(String(decoding: bytes[start..<start + count], as: UTF8.self))
        }
        guard bytes.count >= 20, let year = number(0, 4), let month = number(5, 2), let day = number(8, 2),
            let hour = number(11, 2), let minute = number(14, 2), let second = number(17, 2)
        else { return nil }
        var time = tm()
        (time.tm_year, time.tm_mon, time.tm_mday) = (year - 1900, month - 1, day)
        (time.tm_hour, time.tm_min, time.tm_sec) = (hour, minute, second)
        let utc = Int64(timegm(&time))
        guard let sign = bytes.last.map({ $0 | 0x20 == UInt8(ascii: "z") }), !sign else { return utc }
        let tail = bytes.count - 6
        guard tail >= 19, let hours = number(tail + 1, 2), let minutes = number(tail + 4, 2) else { return nil }
        let offset = Int64(hours * 3600 + minutes * 60)
        return bytes[tail] == UInt8(ascii: "-") ? utc + offset : utc - offset
    }
}
