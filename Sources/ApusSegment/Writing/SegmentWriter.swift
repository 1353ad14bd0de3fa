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
    private let state: Mutex<State>

    private struct State {
        var entries = 0
        var arena = 0
        var cells = 0
        var series = 0
        var families: [String: RegisteredFamily] = [:]
    }

    private struct RegisteredFamily {
        let entry: Int
        let family: MetricFamily
        var cells: [[UInt8]: SeriesCells] = [:]
    }

    /// - Parameters:
    ///   - name: shows in /proc/PID/maps as `/memfd:name`.
    ///   - seriesLimit: series past this number are dropped and counted.
    package init(name: String = "apus-segment", seriesLimit: Int = 100_000) throws(SegmentError) {
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
        self.seriesLimit = min(seriesLimit, SegmentLayout.entryCapacity / 2)
        state = Mutex(State())
        mapping.setHeaderWord32(SegmentLayout.Header.version, SegmentLayout.version)
        mapping.setHeaderWord32(SegmentLayout.Header.seriesLimit, UInt32(self.seriesLimit))
        mapping.setHeaderWord32(SegmentLayout.Header.planes, UInt32(Self.planes))
        beat()
        // The magic number goes last: a reader that sees it sees the rest.
        mapping.word(SegmentLayout.Header.magic).store(SegmentLayout.magic, ordering: .releasing)
    }

    deinit { close(descriptor) }

    /// A plane a processor, rounded up to a power of two, as far as there are planes.
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

    /// Series that were asked for past the limit.
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
    ///   - form: how the value is kept; the form of the first registration holds.
    package func series(_ family: MetricFamily, labels: [(String, String)], form: ValueForm) -> SeriesCells {
        let labelBytes = LabelBytes.render(Self.canonical(labels))
        return state.withLock { state in
            if let registered = state.families[family.name], registered.family.kind == family.kind,
                let known = registered.cells[labelBytes]
            {
                return known
            }
            guard let cells = register(family, labelBytes, form, &state) else {
                mapping.word(SegmentLayout.Header.dropped).wrappingIncrement(ordering: .relaxed)
                return SeriesCells.unread(form: form, bounds: family.buckets)
            }
            state.families[family.name]?.cells[labelBytes] = cells
            return cells
        }
    }

    private static func canonical(_ labels: [(String, String)]) -> [(String, String)] {
        var named: [String: String] = [:]
        for (name, value) in labels where !value.isEmpty {
            let legal = MetricName.isLegalLabel(name) ? name : MetricName.sanitized(name, allowColon: false)
            named[legal.hasPrefix("__") ? String(legal.drop { $0 == "_" }) : legal] = value
        }
        named[""] = nil
        return named.sorted { $0.key < $1.key }
    }

    private func register(_ family: MetricFamily, _ labels: [UInt8], _ form: ValueForm, _ state: inout State) -> SeriesCells? {
        guard state.series < seriesLimit, labels.count <= SegmentLayout.longestLabels,
            let familyEntry = registerFamily(family, &state)
        else { return nil }
        guard let registered = state.families[family.name]?.family, registered.kind == family.kind else { return nil }
        let count = form == .histogram ? registered.buckets.count + 2 : 1
        guard state.entries < SegmentLayout.entryCapacity, state.cells + count <= SegmentLayout.cellCapacity,
            let offset = append(labels, &state)
        else { return nil }
        let entry = state.entries
        typealias Field = SegmentLayout.Entry
        mapping.setEntryWord(entry, Field.tag, SegmentLayout.Tag.series)
        mapping.setEntryWord(entry, Field.kind, form.rawValue)
        mapping.setEntryWord(entry, Field.family, UInt32(familyEntry))
        mapping.setEntryWord(entry, Field.textOffset, UInt32(offset))
        mapping.setEntryWord(entry, Field.textLength, UInt32(labels.count))
        mapping.setEntryWord(entry, Field.firstCell, UInt32(state.cells))
        mapping.setEntryWord(entry, Field.cellCount, UInt32(count))
        let cells = SeriesCells(
            mapping: mapping, first: state.cells, form: form, bounds: registered.buckets,
            planes: registered.kind == .gauge ? 1 : Self.planes)
        state.cells += count
        state.series += 1
        publish(&state)
        return cells
    }

    private func registerFamily(_ family: MetricFamily, _ state: inout State) -> Int? {
        if let known = state.families[family.name] { return known.entry }
        let name = Array(family.name.utf8)
        let help = Array(family.help.utf8.prefix(SegmentLayout.longestHelp))
        guard MetricName.isLegal(family.name), name.count <= SegmentLayout.longestName,
            family.buckets.count <= SegmentLayout.mostBuckets, state.entries < SegmentLayout.entryCapacity,
            let nameOffset = append(name, &state), let helpOffset = append(help, &state),
            let boundsOffset = append(Self.bytes(of: family.buckets), &state)
        else { return nil }
        let entry = state.entries
        typealias Field = SegmentLayout.Entry
        mapping.setEntryWord(entry, Field.tag, SegmentLayout.Tag.family)
        mapping.setEntryWord(entry, Field.kind, UInt32(family.kind.rawValue))
        mapping.setEntryWord(entry, Field.textOffset, UInt32(nameOffset))
        mapping.setEntryWord(entry, Field.textLength, UInt32(name.count))
        mapping.setEntryWord(entry, Field.helpOffset, UInt32(helpOffset))
        mapping.setEntryWord(entry, Field.helpLength, UInt32(help.count))
        mapping.setEntryWord(entry, Field.boundsOffset, UInt32(boundsOffset))
        mapping.setEntryWord(entry, Field.boundsCount, UInt32(family.buckets.count))
        state.families[family.name] = RegisteredFamily(entry: entry, family: family)
        publish(&state)
        return entry
    }

    private static func bytes(of bounds: [Double]) -> [UInt8] {
        bounds.flatMap { bound in withUnsafeBytes(of: bound.bitPattern) { Array($0) } }
    }

    private func append(_ bytes: [UInt8], _ state: inout State) -> Int? {
        guard state.arena + bytes.count <= SegmentLayout.arenaCapacity else { return nil }
        let offset = state.arena
        mapping.setArena(offset, bytes)
        state.arena += bytes.count
        return offset
    }

    /// Everything written before this store is seen by whoever loads the count with acquire.
    private func publish(_ state: inout State) {
        state.entries += 1
        mapping.word(SegmentLayout.Header.committed).store(UInt64(state.entries), ordering: .releasing)
    }
}
