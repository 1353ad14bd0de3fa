/// The most that a container of a server may take from its host.
public struct ContainerLimits: Hashable, Sendable {
    public let memory: ByteCount
    /// Cores; a fraction of one is allowed.
    public let cpus: Double

    public init(memory: ByteCount, cpus: Double) {
        self.memory = memory
        self.cpus = cpus
    }
}
