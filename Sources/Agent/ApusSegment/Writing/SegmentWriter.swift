package import ApusMetrics
import Atomics
import CLinux
import Glibc
import Synchronization

/// The writing side of a segment: a service's registry of series, and the memory that their values live in.
///
/// Registration takes a lock and is meant to happen once a series; recording goes straight to the cells. Nothing here ever fails
/// a service: a series that cannot be had is dropped and counted, and its cells are private memory that nobody reads.
package final class SegmentWriter: Sendable {
    /// The sealed memfd, to hand to an agent.
    package let descriptor: Int32
    let mapping: SegmentMapping
    private let seriesLimit: Int
    private let familySeriesLimit: Int
    private let onTrouble: @Sendable (SegmentTrouble) -> Void
    private let state: Mutex<SegmentRegistry>

    /// The number of families that the count of dropped series tells apart: so many series may come on top of the limit.
    package static let mostDroppedFamilies = 64

    /// - Parameters:
    ///   - name: shows in /proc/PID/maps as `/memfd:name`.
    ///   - seriesLimit: series past this number are dropped and counted.
    ///   - familySeriesLimit: series of one family past this number are dropped and counted.
    ///   - drops: the counter, with a label `family`, of what is dropped of each family. It is in the segment itself, so that every agent
    ///     sees it; `nil` keeps only the sum (``droppedSeries``).
    ///   - onTrouble: called once for each family and reason for which series are dropped, on the thread that asked for the first
    ///     of them.
    package init(
        name: String = "apus-segment", seriesLimit: Int = 100_000, familySeriesLimit: Int = .max,
        drops: MetricFamily? = nil, onTrouble: @escaping @Sendable (SegmentTrouble) -> Void = { _ in }
    ) throws(SegmentError) {
        descriptor = apus_memfd_create(name)
        guard descriptor >= 0 else { throw .system("memfd_create", errno) }
        guard ftruncate(descriptor, off_t(SegmentLayout.size)) == 0, apus_memfd_seal(descriptor) == 0 else {
            let code = errno
            close(descriptor)
            throw .system("sealing the segment", code)
        }
        do {
            mapping = try SegmentMapping(descriptor: descriptor, writable: true)
        } catch {
            close(descriptor)
            throw error
        }
        self.seriesLimit = max(0, min(seriesLimit, SegmentLayout.entryCapacity / 2))
        self.familySeriesLimit = max(0, familySeriesLimit)
        self.onTrouble = onTrouble
        state = Mutex(SegmentRegistry(mapping: mapping, planes: Self.planes, dropsFamily: drops))
        mapping.setHeaderWord32(SegmentLayout.Header.version, SegmentLayout.version)
        mapping.setHeaderWord32(SegmentLayout.Header.seriesLimit, UInt32(self.seriesLimit))
        mapping.setHeaderWord32(SegmentLayout.Header.planes, UInt32(Self.planes))
        beat()
        // The magic number goes last: a reader that sees it sees the rest.
        mapping.word(SegmentLayout.Header.magic).store(SegmentLayout.magic, ordering: .releasing)
    }

    deinit { close(descriptor) }

    /// The number of planes: one for each processor, rounded up to a power of two, as far as there are planes.
    private static let planes: Int = {
        let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_CONF)))
        var planes = 1
        while planes < processors, planes < SegmentLayout.mostPlanes { planes *= 2 }
        return planes
    }()

    /// Marks the writer alive: stores the monotonic clock, in nanoseconds.
    package func beat() {
        mapping.word(SegmentLayout.Header.heartbeat).store(apus_monotonic_nanoseconds(), ordering: .relaxed)
    }

    /// How many requests for series were dropped.
    package var droppedSeries: UInt64 { mapping.word(SegmentLayout.Header.dropped).load(ordering: .relaxed) }

    /// The family registered under a name, if any.
    package func family(named name: String) -> MetricFamily? {
        state.withLock { $0.families[name]?.family }
    }

    /// The cells of one series, registered on first use; the same family and labels give the same cells.
    ///
    /// - Parameters:
    ///   - family: registered on first use. Where the name is taken by a family of another kind, the series is dropped.
    ///   - labels: names and values; sorted by name here, so that order makes no other series. Illegal names are mended.
    ///   - form: how the value is kept, one that suits the kind; the form of the first registration holds.
    package func series(_ family: MetricFamily, labels: [(String, String)], form: ValueForm) -> SeriesCells {
        let labelBytes = CanonicalLabels.render(labels, of: family)
        let (cells, news) = state.withLock { state -> (SeriesCells, SegmentTrouble?) in
            do throws(SegmentTrouble) {
                return (try find(family, labelBytes, form, &state), nil)
            } catch {
                mapping.word(SegmentLayout.Header.dropped).wrappingIncrement(ordering: .relaxed)
                let isNews = state.countDrop(error)
                return (SeriesCells.unread(family, form: form), isNews ? error : nil)
            }
        }
        // Outside the lock: whoever is told may record metrics itself.
        if let news { onTrouble(news) }
        return cells
    }

    /// Registers series that are known beforehand, the first time that this is asked for a family.
    package func registerAll(_ family: MetricFamily, _ labels: () -> [[(String, String)]], form: ValueForm) {
        guard state.withLock({ $0.enumerated.insert(family.name).inserted }) else { return }
        for labels in labels() { _ = series(family, labels: labels, form: form) }
    }

    private func find(
        _ family: MetricFamily, _ labels: [UInt8], _ form: ValueForm, _ state: inout SegmentRegistry
    ) throws(SegmentTrouble) -> SeriesCells {
        if let registered = state.families[family.name] {
            guard registered.family.kind == family.kind, registered.family.states == family.states || family.kind != .stateSet
            else { throw .clash(family: family.name, registered: registered.family.kind, asked: family.kind) }
            if let known = registered.cells[labels] { return known }
            guard registered.cells.count < familySeriesLimit else {
                throw .familyLimit(family: family.name, limit: familySeriesLimit)
            }
        }
        guard form.suits(family.kind), labels.count <= SegmentLayout.longestLabels, let recordable = family.recordable() else {
            throw .unusable(family: family.name)
        }
        guard familySeriesLimit > 0 else { throw .familyLimit(family: family.name, limit: 0) }
        guard state.series < seriesLimit, let cells = state.register(recordable, labels, form) else {
            throw .serviceLimit(family: family.name, limit: seriesLimit)
        }
        state.series += 1
        return cells
    }
}
