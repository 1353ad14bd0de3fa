/// The entries that wait for room in journald's socket: first in, first out, bounded in number and in bytes.
struct JournalBacklog {
    private let countLimit: Int
    private let byteLimit: Int
    private var entries: [JournalEntry?] = []
    /// The index of the oldest entry; what stands before it has left.
    private var head = 0
    private var byteCount = 0
    /// Whether a thread is emptying the backlog.
    var isDraining = false
    /// How many dropped entries the journal has been told of.
    var reportedDrops: UInt64 = 0

    init(countLimit: Int, byteLimit: Int) {
        self.countLimit = countLimit
        self.byteLimit = byteLimit
    }

    var count: Int { entries.count - head }

    var first: JournalEntry? { head < entries.count ? entries[head] : nil }

    /// Adds an entry at the end.
    ///
    /// - Returns: whether there was room.
    mutating func append(_ entry: JournalEntry) -> Bool {
        guard count < countLimit, byteCount + entry.bytes.count <= byteLimit else { return false }
        entries.append(entry)
        byteCount += entry.bytes.count
        return true
    }

    mutating func removeFirst() {
        guard let entry = first else { return }
        byteCount -= entry.bytes.count
        entries[head] = nil
        head += 1
        if head == entries.count {
            entries = []
            head = 0
        } else if head >= countLimit {
            // At most one entry moves for each that left.
            entries.removeFirst(head)
            head = 0
        }
    }
}
