import CLinux
import Glibc

/// An instance that the service manager keeps, as one name with two descriptors: the segment, and a record that the agent may still
/// write to.
final class StoredInstance: Sendable {
    /// The name under which the manager keeps it (`FDNAME=`).
    let name: String
    let record: InstanceRecord
    let segment: FileIdentity
    private let descriptor: Int32

    /// Makes a record in memory.
    ///
    /// - Returns: nil when the kernel gives none.
    init?(name: String, record: InstanceRecord, segment: FileIdentity) {
        let bytes = record.bytes
        let descriptor = apus_memfd_create("apus-instance")
        guard descriptor >= 0 else { return nil }
        guard bytes.count <= InstanceRecord.longest, write(descriptor, bytes, bytes.count) == bytes.count,
            apus_memfd_seal(descriptor) == 0
        else {
            close(descriptor)
            return nil
        }
        self.name = name
        self.record = record
        self.segment = segment
        self.descriptor = descriptor
    }

    /// Takes back one of two descriptors as a record, and owns it then.
    ///
    /// - Returns: nil when it is none; it stays the caller's.
    init?(name: String, takingBack descriptor: Int32, segment: FileIdentity) {
        guard let record = InstanceRecord(of: descriptor) else { return nil }
        self.name = name
        self.record = record
        self.segment = segment
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Hands the record's descriptor, which stays open meanwhile, to somebody who makes a copy of it.
    func withDescriptor<Result>(_ body: (Int32) -> Result) -> Result { body(descriptor) }

    /// Notes that it is not to be served any more, whatever becomes of the message that says so to the manager.
    func setVoid() { setEnded(at: InstanceRecord.void) }

    /// Notes when the process ceased to report, in CLOCK_MONOTONIC nanoseconds, or with 0 that it does again.
    func setEnded(at moment: UInt64) {
        let end = InstanceRecord.end(moment)
        // One write in place: a reader sees the former moment or this one. It cannot fail on memory that is there.
        _ = pwrite(descriptor, end, end.count, off_t(record.bytes.count - end.count))
    }
}

extension InstanceRecord {
    /// The record that a descriptor refers to; nil when it is none.
    init?(of descriptor: Int32) {
        var status = stat()
        guard apus_memfd_is_sealed(descriptor) == 1, fstat(descriptor, &status) == 0, status.st_size > 0,
            status.st_size <= off_t(Self.longest)
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        guard pread(descriptor, &bytes, bytes.count, 0) == bytes.count else { return nil }
        self.init(bytes: bytes)
    }
}
