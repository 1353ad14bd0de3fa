import Glibc

/// Constants of the machine, read once.
package enum Host {
    /// Clock ticks a second in /proc (`USER_HZ`), from sysconf(3).
    package static let ticksPerSecond = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))

    /// Bytes of a page.
    package static let pageSize = UInt64(max(1, sysconf(Int32(_SC_PAGESIZE))))

    /// Boot in seconds since the Unix epoch, from the line `btime` of /proc/stat; 0 where it cannot be read.
    package static let bootTime: Double = {
        guard let file = try? ProcFile("/proc/stat") else { return 0 }
        // The line stands after one line a processor and the interrupts, which can be long.
        let key = Array("btime ".utf8)
        let seconds = try? file.read(capacity: 1 << 20) { bytes -> UInt64? in
            for line in bytes.split(separator: UInt8(ascii: "\n")) where line.starts(with: key) {
                var fields = FieldScanner<ArraySlice<UInt8>>(Array(line.dropFirst(key.count))[...])
                return fields.nextNumber()
            }
            return nil
        }
        return Double(seconds ?? 0)
    }()
}
