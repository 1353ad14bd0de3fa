/// What a process has read and written, as /proc/PID/io counts it (proc_pid_io(5)): its threads and the children that it has waited for.
package struct ProcessIO: Equatable, Sendable {
    /// Bytes that were fetched from storage.
    package let readBytes: UInt64
    /// Bytes that were sent to storage, those included that were dropped again before they were written.
    package let writtenBytes: UInt64

    package init(readBytes: UInt64, writtenBytes: UInt64) {
        self.readBytes = readBytes
        self.writtenBytes = writtenBytes
    }

    /// Reads the file `io` of a process: its own user may, and who may trace it.
    ///
    /// - Throws: ``LinuxError``; ``LinuxError/isForbidden`` of another user's process without that privilege.
    package init(_ file: ProcFile) throws(LinuxError) { self = try file.read(capacity: 512) { Self($0) } }

    /// Parses lines of `KEY: NUMBER`; `nil` without the two numbers.
    package init?<Bytes: BidirectionalCollection<UInt8>>(_ bytes: Bytes) {
        var (read, written): (UInt64?, UInt64?)
        var rest = bytes[...]
        while let colon = rest.firstIndex(of: UInt8(ascii: ":")) {
            let key = rest[..<colon]
            rest = rest[rest.index(after: colon)...]
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            var fields = FieldScanner<Bytes>(rest[..<end])
            if key.elementsEqual("read_bytes".utf8) { read = fields.nextNumber() }
            if key.elementsEqual("write_bytes".utf8) { written = fields.nextNumber() }
            rest = end == rest.endIndex ? rest[end...] : rest[rest.index(after: end)...]
        }
        guard let read, let written else { return nil }
        self.init(readBytes: read, writtenBytes: written)
    }
}
