/// The most that one process of the fleet may take from its host, where systemd runs it.
public struct ResourceLimits: Hashable, Sendable {
    /// The memory above which the kernel ends the process; nil is twice that which alerts watch (``Threshold/memory``).
    public let memory: ByteCount?
    /// The maximum number of threads and child processes; the runtime has several threads per processor.
    public let tasks: Int
    /// The maximum number of open descriptors: files, connections, pipes.
    public let openFiles: Int

    public init(memory: ByteCount? = nil, tasks: Int = 512, openFiles: Int = 8192) {
        self.memory = memory
        self.tasks = tasks
        self.openFiles = openFiles
    }

    /// The limits of an agent: sixteen descriptors for each of the 1,000 instances that may report to it.
    public static let agent = ResourceLimits(memory: .mebibytes(256), openFiles: 16_384)
}

extension Fleet {
    /// The memory above which the kernel ends a process with these limits.
    public func memoryLimit(_ limits: ResourceLimits) -> ByteCount {
        if let memory = limits.memory { return memory }
        let (doubled, overflow) = thresholds[Threshold.memory].wholeValue.multipliedReportingOverflow(by: 2)
        return .bytes(overflow ? .max : doubled)
    }
}

/// The most that a container of a server may take from its host.
public struct ContainerLimits: Hashable, Sendable {
    public let memory: ByteCount
    /// The number of cores; a fraction is allowed.
    public let cpus: Double

    public init(memory: ByteCount, cpus: Double) {
        self.memory = memory
        self.cpus = cpus
    }
}

/// A number of bytes, written with its unit.
public struct ByteCount: Hashable, Comparable, Sendable {
    public let bytes: Int

    public static func bytes(_ count: Int) -> Self { Self(bytes: count) }

    /// Makes a number of bytes from units of 1,048,576.
    public static func mebibytes(_ count: Int) -> Self { Self(bytes: count * 1_048_576) }

    /// The sum of two numbers, the largest there is where it would be more.
    package static func + (left: Self, right: Self) -> Self {
        let (sum, overflow) = left.bytes.addingReportingOverflow(right.bytes)
        return Self(bytes: overflow ? .max : sum)
    }

    public static func < (left: Self, right: Self) -> Bool { left.bytes < right.bytes }
}
