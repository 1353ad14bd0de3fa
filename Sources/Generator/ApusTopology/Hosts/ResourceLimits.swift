/// The most that one process of the fleet may take from its host, where systemd runs it.
public struct ResourceLimits: Hashable, Sendable {
    /// The kernel ends the process above this; nil is twice the memory that alerts watch (``Threshold/memory``).
    public let memory: ByteCount?
    /// Threads and child processes; the runtime has several threads a processor.
    public let tasks: Int
    /// Open descriptors: files, connections, pipes.
    public let openFiles: Int

    public init(memory: ByteCount? = nil, tasks: Int = 512, openFiles: Int = 8192) {
        self.memory = memory
        self.tasks = tasks
        self.openFiles = openFiles
    }

    /// Those of an agent: some descriptors for each of 4096 services that may report to it.
    public static let agent = ResourceLimits(memory: .mebibytes(256), openFiles: 16_384)
}

extension Fleet {
    /// Where the kernel ends a process with these limits.
    public func memoryLimit(_ limits: ResourceLimits) -> ByteCount {
        if let memory = limits.memory { return memory }
        let (doubled, overflow) = thresholds.memory.wholeValue.multipliedReportingOverflow(by: 2)
        return .bytes(overflow ? .max : doubled)
    }
}
