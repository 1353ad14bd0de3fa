import ApusLimits
import ApusLinux
import Glibc
import SystemPackage

/// The file that a child's standard output and standard error go to, without a process between: the last words of a child are kept
/// even when the supervisor is gone.
struct ChildLog: Sendable {
    /// The size past which a log becomes `NAME.log.1`, in the place of an earlier one.
    static let rotationSize = Int64(SupervisorLimits.log.value.bytes)

    let path: String

    /// Copies the log to `NAME.log.1` and cuts it, when it is longer than so many bytes.
    ///
    /// The child goes on with the descriptor that it has, which appends: it need not be told. What it writes between the last copy
    /// and the cut, some microseconds, is lost.
    ///
    /// - Returns: whether the log was rotated.
    func rotate(past size: Int64 = rotationSize) throws(Errno) -> Bool {
        do {
            let source = try FileDescriptor.open(FilePath(path), .readWrite, options: [.closeOnExec, .noFollow])
            defer { try? source.close() }
            guard try source.seek(offset: 0, from: .end) > size else { return false }
            let copy = try FileDescriptor.open(
                FilePath(path + ".1"), .writeOnly, options: [.create, .truncate, .closeOnExec, .noFollow],
                permissions: [.ownerReadWrite, .groupRead])
            defer { try? copy.close() }
            try source.seek(offset: 0, from: .start)
            // Whole pieces, as long as there are any: the file grows meanwhile.
            var piece = [UInt8](repeating: 0, count: 1 << 18)
            while true {
                let count = try piece.withUnsafeMutableBytes { try source.read(into: $0) }
                if count == 0 { break }
                try copy.writeAll(piece.prefix(count))
            }
            guard ftruncate(source.rawValue, 0) == 0 else { throw Errno(rawValue: errno) }
            return true
        } catch let error as Errno {
            throw error
        } catch {
            throw Errno.ioError
        }
    }

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
