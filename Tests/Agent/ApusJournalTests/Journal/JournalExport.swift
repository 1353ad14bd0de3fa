/// Entries in the journal export format (systemd.io/JOURNAL_EXPORT_FORMATS), with any fields, journald's own included.
struct JournalExport {
    /// The boot that all entries are of.
    static let boot = "0123456789abcdef0123456789abcdef"

    private(set) var bytes: [UInt8] = []
    private(set) var entries: UInt64 = 0

    /// - Parameter number: of the entry, in the order of their times: microseconds since the boot.
    mutating func add(_ number: UInt64, _ fields: [(String, String)]) {
        var text =
            "__REALTIME_TIMESTAMP=\(1_700_000_000_000_000 + number)\n__MONOTONIC_TIMESTAMP=\(number)\n_BOOT_ID=\(Self.boot)\n"
        for (name, value) in fields { text += "\(name)=\(value)\n" }
        bytes += Array((text + "\n").utf8)
        entries += 1
    }
}
