/// Entries in the journal export format (systemd.io/JOURNAL_EXPORT_FORMATS), with any fields, journald's own included.
struct JournalExport {
    /// The boot that all entries are of.
    static let boot = "0123456789abcdef0123456789abcdef"

    private(set) var bytes: [UInt8] = []
    private(set) var entries: UInt64 = 0

    /// - Parameters:
    ///   - number: of the entry, in the order of their times: microseconds since the boot.
    ///   - step: microseconds by which the wall clock is ahead.
    ///   - binary: fields whose values may be any bytes.
    mutating func add(
        _ number: UInt64, step: Int64 = 0, _ fields: [(String, String)], binary: [(name: String, value: [UInt8])] = []
    ) {
        let time = 1_700_000_000_000_000 + Int64(number) + step
        var text = "__REALTIME_TIMESTAMP=\(time)\n__MONOTONIC_TIMESTAMP=\(number)\n_BOOT_ID=\(Self.boot)\n"
        for (name, value) in fields { text += "\(name)=\(value)\n" }
        bytes += Array(text.utf8)
        for (name, value) in binary {
            bytes += Array("\(name)\n".utf8)
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: value.count >> ($0 * 8)) }
            bytes += value + Array("\n".utf8)
        }
        bytes += Array("\n".utf8)
        entries += 1
    }
}
