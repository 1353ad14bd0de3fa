/// What /proc/meminfo says of the machine's memory, in bytes (proc_meminfo(5)).
package struct HostMemory: Equatable, Sendable {
    package private(set) var total: Int64?
    /// What programs could have without swapping, by the kernel's estimate; `nil` before Linux 3.14.
    package private(set) var available: Int64?
    package private(set) var free: Int64?
    package private(set) var buffers: Int64?
    /// The cache of files, shared memory included.
    package private(set) var cached: Int64?
    package private(set) var swapTotal: Int64?
    package private(set) var swapFree: Int64?

    /// Parses lines such as `MemTotal:       24684096 kB`.
    package init(_ bytes: UnsafeBufferPointer<UInt8>) {
        bytes.forEachNumber { key, kibibytes in
            let amount = kibibytes.multipliedReportingOverflow(by: 1024)
            guard !amount.overflow else { return }
            let value = amount.partialValue
            if key.isText("MemTotal") { total = value }
            if key.isText("MemAvailable") { available = value }
            if key.isText("MemFree") { free = value }
            if key.isText("Buffers") { buffers = value }
            if key.isText("Cached") { cached = value }
            if key.isText("SwapTotal") { swapTotal = value }
            if key.isText("SwapFree") { swapFree = value }
        }
    }
}
