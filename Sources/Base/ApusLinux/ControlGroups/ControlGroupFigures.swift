/// What the kernel counts of a control group, from its making on.
package enum ControlGroupCounter: Int, CaseIterable, Sendable {
    /// CPU time in microseconds, of all processes that are or were in it and in those below it.
    case userTime, systemTime
    /// Periods of its CPU quota in which it had work, those in which it used the quota up, and the microseconds that it was held back.
    case periods, throttledPeriods, throttledTime
    /// How often it came to its limits of memory: was held back at `high`, had to give back at `max`, could not, and had a process killed.
    case memoryHigh, memoryMax, outOfMemory, killedProcesses
    /// Microseconds in which some, and in which all, of its processes that had work waited for the resource.
    case waitingForCPU, stalledForCPU, waitingForMemory, stalledForMemory, waitingForIO, stalledForIO

    /// Whether it counts microseconds.
    var isTime: Bool {
        switch self {
        case .userTime, .systemTime, .throttledTime, .waitingForCPU, .stalledForCPU, .waitingForMemory, .stalledForMemory,
            .waitingForIO, .stalledForIO:
            true
        case .periods, .throttledPeriods, .memoryHigh, .memoryMax, .outOfMemory, .killedProcesses: false
        }
    }
}

/// What a control group has at a moment: bytes, and processes with their threads.
package enum ControlGroupGauge: Int, CaseIterable, Sendable {
    case memory, memoryPeak, swap, anonymous, files, sharedMemory, tasks
    /// File pages that wait to be dropped, mapped and locked ones not among them, and what caches of the kernel can give back.
    case droppableFiles, droppableSlabs
    /// What is left when all has been dropped that can be: see ``Figures/noteUnreclaimable()``.
    case unreclaimable
    /// A limit is not known of a group that has none.
    case memoryHigh, memoryMax, tasksMax

    var isLimit: Bool { rawValue >= Self.memoryHigh.rawValue }

    /// The limits, a bit each by their places.
    fileprivate static let limits = allCases.filter(\.isLimit).reduce(UInt16(0)) { $0 | 1 << UInt16($1.rawValue) }
}

/// Numbers side by side, each of which is known or not.
package struct Figures<Key: RawRepresentable<Int> & Sendable>: Equatable, Sendable {
    fileprivate var lanes = SIMD16<Int64>()
    /// A bit for each that is known.
    fileprivate var known: UInt16 = 0

    package init() {}

    package subscript(key: Key) -> Int64? {
        get { known & (1 << UInt16(key.rawValue)) == 0 ? nil : lanes[key.rawValue] }
        set {
            let bit = UInt16(1) << UInt16(key.rawValue)
            lanes[key.rawValue] = newValue ?? 0
            known = newValue == nil ? known & ~bit : known | bit
        }
    }

    fileprivate init(_ lanes: SIMD16<Int64>, _ known: UInt16) {
        self.lanes = lanes
        self.known = known
    }
}

extension Figures<ControlGroupGauge> {
    /// Works out what the kernel cannot drop at the group's limit, where it takes a process's life for want of more.
    ///
    /// All memory but file pages on the lists that the kernel drops from, and the slabs that it can shrink. Shared memory and tmpfs are
    /// page cache to the kernel, yet on none of these lists, and neither are pages that are locked. Version 1 does not tell which slabs
    /// can be shrunk: there it is memory that no file is behind, and shared memory.
    mutating func noteUnreclaimable() {
        if let memory = self[.memory], let files = self[.droppableFiles], let slabs = self[.droppableSlabs] {
            // The files are not read at one moment.
            self[.unreclaimable] = max(0, memory - files - slabs)
        } else {
            self[.unreclaimable] = self[.anonymous].map { $0 + (self[.sharedMemory] ?? 0) }
        }
    }

    /// The sum over several groups: of what some have, and of limits that all have.
    package init(sumOf groups: [Self]) {
        self.init()
        var unlimited: UInt16 = 0
        for group in groups {
            lanes &+= group.lanes
            known |= group.known
            unlimited |= ~group.known & ControlGroupGauge.limits
        }
        known &= ~unlimited
    }
}

/// What the kernel has counted of a control group, with the bytes and the operations of each block device.
package struct ControlGroupCounts: Equatable, Sendable {
    package var figures = Figures<ControlGroupCounter>()
    /// By the device's name.
    package var devices: [String: DeviceCounts] = [:]
    /// Whether ``ControlGroupCounter/memoryMax`` and ``ControlGroupCounter/killedProcesses`` leave out what happened to groups below, as in
    /// version 1.
    package var hasOwnMemoryEvents = false

    /// The counts that groups above have in theirs. What the CPU quota held back is counted of each quota alone.
    package var inherited: Self {
        var counts = self
        var own: [ControlGroupCounter] = [.periods, .throttledPeriods, .throttledTime]
        if hasOwnMemoryEvents { own += [.memoryMax, .killedProcesses] }
        for counter in own { counts.figures[counter] = nil }
        return counts
    }

    /// What went to a block device and came from it.
    package struct DeviceCounts: Equatable, Sendable {
        fileprivate var lanes = SIMD4<Int64>()

        package init(readBytes: Int64 = 0, writtenBytes: Int64 = 0, reads: Int64 = 0, writes: Int64 = 0) {
            lanes = SIMD4(readBytes, writtenBytes, reads, writes)
        }

        package mutating func add(_ other: Self) { lanes &+= other.lanes }

        /// What was counted since the reading before, and what the next one is held against.
        ///
        /// A count that is less than before began anew with its device, and all of them did then. One that is 0 may have not been read.
        package func gained(since before: Self) -> (gain: Self, last: Self) {
            let fell = (lanes .< before.lanes) .& (lanes .!= 0)
            if any(fell) { return (self, self) }
            var (gain, last) = (self, self)
            last.lanes = pointwiseMax(lanes, before.lanes)
            gain.lanes = last.lanes &- before.lanes
            return (gain, last)
        }

        package var readBytes: Int64 {
            get { lanes[0] }
            set { lanes[0] = newValue }
        }
        package var writtenBytes: Int64 {
            get { lanes[1] }
            set { lanes[1] = newValue }
        }
        package var reads: Int64 {
            get { lanes[2] }
            set { lanes[2] = newValue }
        }
        package var writes: Int64 {
            get { lanes[3] }
            set { lanes[3] = newValue }
        }
    }

    package init() {}

    package static func + (left: Self, right: Self) -> Self {
        combine(left, right, lanes: { $0 &+ $1 }, devices: { $0 &+ $1 })
    }

    package static func - (left: Self, right: Self) -> Self {
        combine(left, right, lanes: { $0 &- $1 }, devices: { $0 &- $1 })
    }

    package static func += (left: inout Self, right: Self) { left = left + right }

    /// The larger of each two; one that is not there is 0.
    package func atLeast(_ other: Self) -> Self {
        Self.combine(self, other, lanes: { pointwiseMax($0, $1) }, devices: { pointwiseMax($0, $1) })
    }

    private static func combine(
        _ left: Self, _ right: Self, lanes: (SIMD16<Int64>, SIMD16<Int64>) -> SIMD16<Int64>,
        devices: (SIMD4<Int64>, SIMD4<Int64>) -> SIMD4<Int64>
    ) -> Self {
        var result = left
        result.figures = Figures(
            lanes(left.figures.lanes, right.figures.lanes), left.figures.known | right.figures.known)
        result.hasOwnMemoryEvents = left.hasOwnMemoryEvents || right.hasOwnMemoryEvents
        for name in Set(left.devices.keys).union(right.devices.keys) {
            result.devices[name, default: DeviceCounts()].lanes = devices(
                left.devices[name]?.lanes ?? SIMD4(), right.devices[name]?.lanes ?? SIMD4())
        }
        return result
    }
}

/// Counts that go on where the kernel's begin anew, as those of a controller whose folder has been removed and made again.
package struct RunningFigures: Sendable {
    private var last = Figures<ControlGroupCounter>()
    /// What had been counted each time before counts began anew.
    private var past = SIMD16<Int64>()

    package init() {}

    /// Takes in what the kernel has counted; what is not known for once stands as it was.
    ///
    /// - Returns: what it comes to with all that was counted before.
    package mutating func take(_ now: Figures<ControlGroupCounter>) -> Figures<ControlGroupCounter> {
        let fell = now.lanes .< last.lanes
        if any(fell) {
            for counter in ControlGroupCounter.allCases where fell[counter.rawValue] {
                guard let count = now[counter], let before = last[counter] else { continue }
                // Times of several processors, read one after the other, may fall a little and have not begun anew.
                guard !counter.isTime || before - count > Self.unsteadiness else { continue }
                past[counter.rawValue] &+= before
                last[counter] = count
            }
        }
        last.lanes = last.lanes.replacing(with: now.lanes, where: .!fell)
        last.known |= now.known
        return Figures(last.lanes &+ past, last.known)
    }

    /// Microseconds.
    private static let unsteadiness: Int64 = 100_000
}

/// What the kernel says of a control group at one moment.
package struct ControlGroupReading: Equatable, Sendable {
    package var counts = ControlGroupCounts()
    package var gauges = Figures<ControlGroupGauge>()
    /// Whether it has more block devices than were read.
    package var isCut = false

    package init() {}
}
