import ApusLinux
import Glibc
import SystemPackage

/// The file that a child's standard output and standard error go to, without a process between: the last words of a child are kept
/// even when the supervisor is gone.
struct ChildLog: Sendable {
    /// The size past which a log becomes `NAME.log.1` when its child is started, in the place of an earlier one.
    static let rotationSize: Int64 = 16 << 20

    let path: String

    /// Opens the log for one run of the child, at its end.
    ///
    /// - Returns: the descriptor, which the caller closes, and the offset at which this run's output begins.
    func open() throws(OwnFileError) -> (descriptor: FileDescriptor, start: Int64) {
        let (descriptor, end) = try openAtEnd()
        guard end > Self.rotationSize else { return (descriptor, end) }
        try? descriptor.close()
        guard rename(path, path + ".1") == 0 else {
            throw .open(path: path, reason: "it cannot be renamed: \(Errno(rawValue: errno))")
        }
        return try openAtEnd()
    }

    private func openAtEnd() throws(OwnFileError) -> (descriptor: FileDescriptor, start: Int64) {
        let descriptor = FileDescriptor(rawValue: try OwnFile.open(path, O_WRONLY | O_APPEND, mode: 0o640))
        return (descriptor, Int64(lseek(descriptor.rawValue, 0, SEEK_END)))
    }

    /// Reads the last line that is not blank, from the offset on; at most the last 4 KiB are looked at.
    func lastLine(since start: Int64) -> String? {
        guard let descriptor = try? FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec) else { return nil }
        defer { try? descriptor.close() }
        guard let end = try? descriptor.seek(offset: 0, from: .end), end > start else { return nil }
        let from = max(start, end - 4096)
        let bytes = try? [UInt8](unsafeUninitializedCapacity: Int(end - from)) { buffer, count in
            count = try descriptor.read(fromAbsoluteOffset: from, into: UnsafeMutableRawBufferPointer(buffer))
        }
        guard let bytes else { return nil }
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            .last { !$0.allSatisfy(\.isWhitespace) }.map(String.init)
    }
}
