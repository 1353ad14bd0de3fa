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
    /// The sealed memfd, to hand to an agent; -1 where there is none.
    package let descriptor: Int32
    /// The memory of the segment; `nil` where all is private.
    private let mapping: SegmentMapping?
    private let seriesLimit: Int
    private let familySeriesLimit: Int
    private let onTrouble: @Sendable (SegmentTrouble) -> Void
    private let state: Mutex<Registered?>

    /// A class, so that what is registered is never copied.
    private final class Registered {
        var registry: SegmentRegistry
        init(_ registry: SegmentRegistry) { self.registry = registry }
    }

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
        guard Self.allowsFiles(of: SegmentLayout.size) else {
            close(descriptor)
            throw .system("the limit of a file's size (RLIMIT_FSIZE, LimitFSIZE=) is below that of a segment", EFBIG)
        }
        guard ftruncate(descriptor, off_t(SegmentLayout.size)) == 0, apus_memfd_seal(descriptor) == 0 else {
            let code = errno
            close(descriptor)
            throw .system("sealing the segment", code)
        }
        let mapping: SegmentMapping
        do {
            mapping = try SegmentMapping(descriptor: descriptor, writable: true)
        } catch {
            close(descriptor)
            throw error
        }
        self.mapping = mapping
        self.seriesLimit = max(0, min(seriesLimit, SegmentLayout.entryCapacity / 2))
        self.familySeriesLimit = max(0, familySeriesLimit)
        self.onTrouble = onTrouble
        state = Mutex(Registered(SegmentRegistry(mapping: mapping, planes: Self.planes, dropsFamily: drops)))
        mapping.setHeaderWord32(SegmentLayout.Header.version, SegmentLayout.version)
        mapping.setHeaderWord32(SegmentLayout.Header.seriesLimit, UInt32(self.seriesLimit))
        mapping.setHeaderWord32(SegmentLayout.Header.planes, UInt32(Self.planes))
        beat()
        // The magic number goes last: a reader that sees it sees the rest.
        mapping.word(SegmentLayout.Header.magic).store(SegmentLayout.magic, ordering: .releasing)
    }

    /// Makes a writer without a segment: what is recorded goes into private memory that nobody reads.
    package init(unpublished: Void) {
        descriptor = -1
        mapping = nil
        seriesLimit = 0
        familySeriesLimit = 0
        onTrouble = { _ in }
        state = Mutex(nil)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Whether an agent can see what is recorded.
    package var isPublished: Bool { mapping != nil }

    /// Asked beforehand, as the kernel answers a larger file with a signal that ends the process (SIGXFSZ).
    private static func allowsFiles(of size: Int) -> Bool {
        var limit = rlimit()
        return getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) != 0 || limit.rlim_cur >= rlim_t(size)
    }

    /// The number of planes: one for each processor, rounded up to a power of two, as far as there are planes.
    private static let planes: Int = {
        let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_CONF)))
        var planes = 1
        while planes < processors, planes < SegmentLayout.mostPlanes { planes *= 2 }
        return planes
    }()

    /// Marks the writer alive: stores the monotonic clock, in nanoseconds.
    package func beat() {
        mapping?.word(SegmentLayout.Header.heartbeat).store(apus_monotonic_nanoseconds(), ordering: .relaxed)
    }

    /// How many requests for series were dropped.
    package var droppedSeries: UInt64 {
        mapping?.word(SegmentLayout.Header.dropped).load(ordering: .relaxed) ?? 0
    }

    /// The family registered under a name, if any.
    package func family(named name: String) -> MetricFamily? {
        state.withLock { $0?.registry.families[name]?.family }
    }

    /// The cells of one series, registered on first use; the same family and labels give the same cells.
    ///
    /// - Parameters:
    ///   - family: registered on first use. Where the name is taken by a family of another kind, the series is dropped.
    ///   - labels: names and values; sorted by name here, so that order makes no other series. Illegal names are mended.
    ///   - form: how the value is kept, one that suits the kind; the form of the first registration holds.
    package func series(_ family: MetricFamily, labels: [(String, String)], form: ValueForm) -> SeriesCells {
        guard let mapping else { return .unread(family, form: form) }
        let labelBytes = CanonicalLabels.render(labels, of: family)
        let (cells, news) = state.withLock { registered -> (SeriesCells, SegmentTrouble?) in
            guard let registered else { return (.unread(family, form: form), nil) }
            do throws(SegmentTrouble) {
                return (try find(family, labelBytes, form, &registered.registry), nil)
            } catch {
                mapping.word(SegmentLayout.Header.dropped).wrappingIncrement(ordering: .relaxed)
                let isNews = registered.registry.countDrop(error)
                return (SeriesCells.unread(family, form: form), isNews ? error : nil)
            }
        }
        // Outside the lock: whoever is told may record metrics itself.
        if let news { onTrouble(news) }
        return cells
    }

    /// Registers series that are known beforehand, the first time that this is asked for a family.
    package func registerAll(_ family: MetricFamily, _ labels: () -> [[(String, String)]], form: ValueForm) {
        guard state.withLock({ $0?.registry.enumerated.insert(family.name).inserted ?? false }) else { return }
        for labels in labels() { _ = series(family, labels: labels, form: form) }
    }

    /// What keeps readers from taking labels; nil where nothing does.
    private static func fault(of labels: [UInt8]) -> String? {
        // Shorter than the longest value in all, which most are: no label can be too long, and few can be too many.
        if labels.count <= SegmentLayout.mostLabels * 4 { return nil }
        let parsed = (try? LabelBytes.parse(labels)) ?? []
        if let long = parsed.first(where: { $0.value.utf8.count > SegmentLayout.longestLabelValue }) {
            return
                "the label \(long.name) has \(long.value.utf8.count) bytes, at most \(SegmentLayout.longestLabelValue) are taken"
        }
        guard parsed.count <= SegmentLayout.mostLabels else {
            return "it has \(parsed.count) labels, at most \(SegmentLayout.mostLabels) are taken"
        }
        guard labels.count <= SegmentLayout.longestLabels else {
            return "its labels have \(labels.count) bytes together, at most \(SegmentLayout.longestLabels) are taken"
        }
        return nil
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
        if let fault = Self.fault(of: labels) { throw .labels(family: family.name, fault: fault) }
        guard form.suits(family.kind), let recordable = family.recordable() else { throw .unusable(family: family.name) }
        guard familySeriesLimit > 0 else { throw .familyLimit(family: family.name, limit: 0) }
        guard state.series < seriesLimit, let cells = state.register(recordable, labels, form) else {
            throw .serviceLimit(family: family.name, limit: seriesLimit)
        }
        state.series += 1
        return cells
    }
}
