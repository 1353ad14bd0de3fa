public import ApusMetrics

extension NodeExporter {
    /// What /proc/meminfo tells; collectors `meminfo` and `vmstat`.
    ///
    /// The counts of /proc/vmstat are served as `untyped`; they rise only, and are counters here.
    public enum Memory {
        public static let total = Gauge<NoLabels>("node_memory_MemTotal_bytes", "Memory that the kernel can use.")
        public static let available = Gauge<NoLabels>(
            "node_memory_MemAvailable_bytes", "Memory that programs can have without swapping, as the kernel estimates.")
        public static let free = Gauge<NoLabels>("node_memory_MemFree_bytes", "Memory that nothing uses.")
        public static let buffers = Gauge<NoLabels>("node_memory_Buffers_bytes", "Buffers of block devices.")
        public static let cached = Gauge<NoLabels>("node_memory_Cached_bytes", "Page cache, shared memory included.")
        public static let shared = Gauge<NoLabels>("node_memory_Shmem_bytes", "Shared memory and tmpfs.")
        public static let anonymous = Gauge<NoLabels>("node_memory_AnonPages_bytes", "Pages of programs that no file backs.")
        public static let slab = Gauge<NoLabels>("node_memory_Slab_bytes", "The kernel's own caches.")
        public static let reclaimable = Gauge<NoLabels>(
            "node_memory_SReclaimable_bytes", "The part of the kernel's caches that it can give up.")
        public static let unreclaimable = Gauge<NoLabels>(
            "node_memory_SUnreclaim_bytes", "The part of the kernel's caches that it cannot give up.")
        public static let pageTables = Gauge<NoLabels>("node_memory_PageTables_bytes", "Page tables.")
        public static let dirty = Gauge<NoLabels>("node_memory_Dirty_bytes", "Pages that wait to be written to disk.")
        public static let writeback = Gauge<NoLabels>("node_memory_Writeback_bytes", "Pages that are being written to disk.")
        public static let committed = Gauge<NoLabels>("node_memory_Committed_AS_bytes", "Memory that is promised to programs.")
        public static let commitLimit = Gauge<NoLabels>(
            "node_memory_CommitLimit_bytes", "Most memory that is promised when overcommitment is off.")
        public static let swapTotal = Gauge<NoLabels>("node_memory_SwapTotal_bytes", "Swap space.")
        public static let swapFree = Gauge<NoLabels>("node_memory_SwapFree_bytes", "Swap space that nothing uses.")
        public static let majorFaults = Counter<NoLabels>("node_vmstat_pgmajfault", "Page faults that needed the disk.")
        public static let swappedIn = Counter<NoLabels>("node_vmstat_pswpin", "Pages read from swap.")
        public static let swappedOut = Counter<NoLabels>("node_vmstat_pswpout", "Pages written to swap.")
        public static let oomKills = Counter<NoLabels>(
            "node_vmstat_oom_kill", "Processes that the kernel killed for want of memory.")

        static let families = [
            total.family, available.family, free.family, buffers.family, cached.family, shared.family, anonymous.family,
            slab.family, reclaimable.family, unreclaimable.family, pageTables.family, dirty.family, writeback.family,
            committed.family, commitLimit.family, swapTotal.family, swapFree.family, majorFaults.family, swappedIn.family,
            swappedOut.family, oomKills.family,
        ]
    }
}
