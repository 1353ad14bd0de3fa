import CLinux
package import ServiceLifecycle

/// Gives memory that a burst of work has left free back to the kernel, which malloc does only in part, and large blocks at once.
package struct HeapUpkeep: Service {
    private let interval: Duration
    private static let spare = 2 << 20

    package init(every interval: Duration = .seconds(5)) { self.interval = interval }

    package func run() async {
        apus_map_large_blocks()
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                apus_trim_heap(Self.spare)
                // Cancelled: the loop's condition ends it.
                try? await Task.sleep(for: interval)
            }
        }
    }
}
