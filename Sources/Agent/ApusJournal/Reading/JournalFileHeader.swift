import Glibc

/// What a journal file says of itself at its beginning (systemd.io/JOURNAL_FILE_FORMAT), which libsystemd tells nobody.
struct JournalFileHeader: Sendable, Equatable {
    /// The file's own number, which it keeps when journald renames it.
    let fileID: JournalID
    /// The series that its entries are numbered in.
    let sequenceID: JournalID
    /// Whether nothing more will be written to it.
    let isArchived: Bool
    /// The number of the last entry; 0 of an empty file.
    let tailSequence: UInt64
    /// The number of the first entry; 0 of an empty file.
    let headSequence: UInt64
    /// The time of the first entry in microseconds since 1970; 0 of an empty file.
    let headRealtime: UInt64
    /// The file's bytes and the time of its last change in nanoseconds since 1970: a file that was copied only in part has others later.
    let size: Int
    let modified: Int

    /// Why a file has no header.
    enum Fault: Error, Equatable {
        /// It is gone, or has no content yet.
        case absent
        case notPermitted
        /// It is no journal file, or cannot be read.
        case damaged(code: Int32)
        /// This process has no descriptor or memory to look at it.
        case exhausted(code: Int32)
    }

    /// Whether an error number says something of this process or the machine, and nothing of a file.
    static func isExhaustion(_ code: Int32) -> Bool { [EMFILE, ENFILE, ENOMEM, EINTR].contains(code) }

    private static let length = 208

    /// The greatest number that an entry is taken to have: a million entries a second come to it after nine years. What is past it is
    /// damage, or somebody's to harm: numbers up to it can be added without a check.
    static let mostEntries: UInt64 = 1 << 48

    static func read(_ path: String) throws(Fault) -> JournalFileHeader {
        // Never waits on a pipe that has a journal's name.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT: throw .absent
            case EACCES, EPERM: throw .notPermitted
            case let code where isExhaustion(code): throw .exhausted(code: code)
            default: throw .damaged(code: errno)
            }
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw .damaged(code: EBADMSG) }
        guard status.st_size > 0 else { throw .absent }
        var bytes = [UInt8](repeating: 0, count: length)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count >= 0 else { throw .damaged(code: errno) }
        guard count == length, bytes.starts(with: "LPKSHHRH".utf8) else { throw .damaged(code: EBADMSG) }
        let header = JournalFileHeader(bytes, status)
        guard max(header.headSequence, header.tailSequence) <= mostEntries else { throw .damaged(code: EBADMSG) }
        return header
    }

    /// - Parameter bytes: at least 208.
    private init(_ bytes: [UInt8], _ status: stat) {
        size = Int(status.st_size)
        modified = status.st_mtim.tv_sec &* 1_000_000_000 &+ status.st_mtim.tv_nsec
        func number(at offset: Int) -> UInt64 { (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << (8 * UInt64($1)) } }
        isArchived = bytes[16] == 2
        fileID = JournalID(bytes[24..<40])
        sequenceID = JournalID(bytes[72..<88])
        tailSequence = number(at: 160)
        headSequence = number(at: 168)
        headRealtime = number(at: 184)
    }
}

/// A number of 128 bits by which systemd tells files, series and boots apart.
struct JournalID: Hashable, Sendable, CustomStringConvertible {
    private let number: UInt128

    /// - Parameter bytes: the most significant one first.
    init(_ bytes: some Sequence<UInt8>) { number = bytes.reduce(0) { $0 << 8 | UInt128($1) } }

    /// Reads at most 32 hexadecimal digits.
    init?(hex: some StringProtocol) {
        guard let number = UInt128(hex, radix: 16) else { return nil }
        self.number = number
    }

    /// 32 hexadecimal digits.
    var description: String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}
