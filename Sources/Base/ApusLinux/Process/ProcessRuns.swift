/// How long and how often the first thread of a process has run, as the scheduler counts it in /proc/PID/schedstat.
///
/// As long as neither has changed, a process of one thread that was not running has done nothing: it has used no time and no storage, has opened
/// no descriptor and waited for no child. What others can do to it meanwhile is to take pages of it, freeze it, have it be woken, give it another
/// parent, or open descriptors in a table that both share.
package struct ProcessRuns: Equatable, Sendable {
    /// Nanoseconds.
    package let time: UInt64
    /// How often it was given a processor.
    package let times: UInt64

    /// Reads the file `schedstat` of a process, which everybody may.
    ///
    /// - Throws: ``LinuxError``; ``LinuxError/format(path:)`` of a kernel that does not count.
    package init(_ file: ProcFile) throws(LinuxError) { self = try file.read(capacity: 128) { Self($0) } }

    /// Parses the one line: nanoseconds on a processor, nanoseconds of waiting for one, and how often it was given one.
    ///
    /// - Returns: `nil` where it never was: the kernel does not count then.
    package init?<Bytes: BidirectionalCollection<UInt8>>(_ bytes: Bytes) {
        var fields = FieldScanner<Bytes>(bytes[...])
        guard let time = fields.nextNumber(), fields.skip(1), let times = fields.nextNumber(), times > 0 else { return nil }
        self.time = time
        self.times = times
    }
}
