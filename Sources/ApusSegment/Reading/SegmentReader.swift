import ApusMetrics
import Atomics
import CLinux
import Glibc

/// The reading side of a segment: trusts nothing that the other process wrote.
///
/// Each entry is copied once, checked whole, and never looked at again; what stays shared are the cells, whose places were
/// checked. A fault refuses the segment from then on, while what was read before stays valid memory.
package final class SegmentReader {
    private let mapping: SegmentMapping
    private let planes: Int
    private var seen = 0
    private var familyAtEntry: [Int: Int] = [:]
    private var labelsSeen: [Set<[UInt8]>] = []
    private var namesSeen: Set<String> = []
    private var textSize = 0
    /// Families in order of registration, each with its series.
    package private(set) var families: [SegmentFamily] = []
    /// Number of series read so far.
    package private(set) var seriesCount = 0
    /// Raised whenever a refresh found something new.
    package private(set) var generation = 0

    /// Checks and maps a descriptor that another process has sent. The descriptor stays the caller's to close.
    package init(descriptor: Int32) throws(SegmentError) {
        guard apus_memfd_is_sealed(descriptor) == 1 else { throw .notSealed }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system("fstat", errno) }
        guard status.st_size == off_t(SegmentLayout.size) else { throw .wrongSize(Int(status.st_size)) }
        mapping = try SegmentMapping(descriptor: descriptor, writable: false)
        guard mapping.word(SegmentLayout.Header.magic).load(ordering: .acquiring) == SegmentLayout.magic else {
            throw .wrongMagic
        }
        let version = mapping.headerWord32(SegmentLayout.Header.version)
        guard version == SegmentLayout.version else { throw .wrongVersion(version) }
        let planes = mapping.headerWord32(SegmentLayout.Header.planes)
        guard planes.nonzeroBitCount == 1, planes <= SegmentLayout.mostPlanes else { throw .wrongPlanes(planes) }
        self.planes = Int(planes)
    }

    /// The monotonic clock when the writer last gave a sign of life, in nanoseconds.
    package var heartbeat: UInt64 { mapping.word(SegmentLayout.Header.heartbeat).load(ordering: .relaxed) }

    /// Series that the writer could not register.
    package var droppedSeries: UInt64 { mapping.word(SegmentLayout.Header.dropped).load(ordering: .relaxed) }

    /// Reads the entries that were published since the last time.
    ///
    /// - Parameter limit: series past this number are left unread, and so are families: a sound writer has a series for each.
    /// - Returns: whether there were any.
    @discardableResult
    package func refresh(limit: Int = .max) throws(SegmentError) -> Bool {
        let committed = mapping.word(SegmentLayout.Header.committed).load(ordering: .acquiring)
        guard committed <= UInt64(SegmentLayout.entryCapacity), Int(committed) >= seen else { throw .wrongCount(committed) }
        guard Int(committed) > seen, seriesCount < limit, families.count <= limit else { return false }
        while seen < Int(committed), seriesCount < limit, families.count <= limit {
            try read(entry: seen)
            seen += 1
        }
        generation += 1
        return true
    }

    /// The value of a counter or gauge.
    package func value(_ cells: CellRange) -> Double {
        cells.form == .integer ? Double(integer(cells)) : double(cells, cells.first)
    }

    /// The value of a counter that is kept as a whole number, exact over all 64 bits.
    package func integer(_ cells: CellRange) -> UInt64 { integer(cells, cells.first) }

    /// One bucket of a histogram, not cumulative; the last one is `+Inf`.
    package func bucket(_ cells: CellRange, _ index: Int) -> UInt64 { integer(cells, cells.first + Int32(index)) }

    /// The sum of a histogram's observations.
    package func sum(_ cells: CellRange) -> Double { double(cells, cells.first + cells.count - 1) }

    /// The planes are read one after the other: each only rises, and so does their sum from one reading to the next.
    private func integer(_ cells: CellRange, _ cell: Int32) -> UInt64 {
        var total: UInt64 = 0
        for plane in 0..<cells.planes { total &+= mapping.cell(Int(cell), plane: Int(plane)).load(ordering: .relaxed) }
        return total
    }

    private func double(_ cells: CellRange, _ cell: Int32) -> Double {
        var total = Double(bitPattern: mapping.cell(Int(cell), plane: 0).load(ordering: .relaxed))
        for plane in 1..<max(1, cells.planes) {
            total += Double(bitPattern: mapping.cell(Int(cell), plane: Int(plane)).load(ordering: .relaxed))
        }
        return total
    }

    private func read(entry: Int) throws(SegmentError) {
        // One copy of the sixteen words: the writer may change them while they are read.
        let words = (0..<16).map { mapping.entryWord(entry, $0) }
        switch words[SegmentLayout.Entry.tag] {
        case SegmentLayout.Tag.family: try readFamily(entry, words)
        case SegmentLayout.Tag.series: try readSeries(entry, words)
        default: throw .malformed(entry: entry, "it is neither a family nor a series")
        }
    }

    private func readFamily(_ entry: Int, _ words: [UInt32]) throws(SegmentError) {
        typealias Field = SegmentLayout.Entry
        let nameBytes = try text(entry, words[Field.textOffset], words[Field.textLength], most: SegmentLayout.longestName)
        let helpBytes = try text(entry, words[Field.helpOffset], words[Field.helpLength], most: SegmentLayout.longestHelp)
        guard let name = String(validating: nameBytes, as: UTF8.self), MetricName.isLegal(name) else {
            throw .malformed(entry: entry, "the family's name is not legal")
        }
        guard let help = String(validating: helpBytes, as: UTF8.self) else {
            throw .malformed(entry: entry, "the help text of \(name) is not UTF-8")
        }
        guard let kind = UInt8(exactly: words[Field.kind]).flatMap(MetricKind.init(rawValue:)) else {
            throw .malformed(entry: entry, "\(name) is of no known kind")
        }
        guard !namesSeen.contains(name) else { throw .malformed(entry: entry, "\(name) is there twice") }
        let count = Int(words[Field.boundsCount])
        guard count <= SegmentLayout.mostBuckets, (count > 0) == (kind == .histogram) else {
            throw .malformed(entry: entry, "\(name) has \(count) bucket bounds")
        }
        let boundBytes = try text(entry, words[Field.boundsOffset], UInt32(count * 8), most: SegmentLayout.mostBuckets * 8)
        let bounds = stride(from: 0, to: boundBytes.count, by: 8).map { start in
            Double(bitPattern: (0..<8).reduce(UInt64(0)) { $0 | UInt64(boundBytes[start + $1]) << UInt64($1 * 8) })
        }
        guard bounds.allSatisfy(\.isFinite), zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw .malformed(entry: entry, "the bucket bounds of \(name) are not finite and ascending")
        }
        namesSeen.insert(name)
        familyAtEntry[entry] = families.count
        families.append(SegmentFamily(family: MetricFamily(name: name, kind: kind, help: help, buckets: bounds)))
        labelsSeen.append([])
    }

    private func readSeries(_ entry: Int, _ words: [UInt32]) throws(SegmentError) {
        typealias Field = SegmentLayout.Entry
        guard let index = familyAtEntry[Int(words[Field.family])] else {
            throw .malformed(entry: entry, "its family does not exist")
        }
        let family = families[index].family
        guard let form = ValueForm(rawValue: words[Field.kind]), (form == .histogram) == (family.kind == .histogram) else {
            throw .malformed(entry: entry, "a series of \(family.name) has values of the wrong form")
        }
        let first = Int(words[Field.firstCell])
        let count = Int(words[Field.cellCount])
        guard count == (form == .histogram ? family.buckets.count + 2 : 1), first <= SegmentLayout.cellCapacity - count else {
            throw .malformed(entry: entry, "the cells of a series of \(family.name) are out of bounds")
        }
        let labels = try text(entry, words[Field.textOffset], words[Field.textLength], most: SegmentLayout.longestLabels)
        let canonical: [UInt8]
        do {
            let parsed = try LabelBytes.parse(labels)
            guard !parsed.contains(where: { Self.reservedLabels.contains($0.name) }) else {
                throw SegmentError.malformed(entry: entry, "a series of \(family.name) has the label service, instance or le")
            }
            // A label without a value is an absent one: `{a=""}` and `{}` are the same series.
            canonical = LabelBytes.render(
                parsed.filter { !$0.value.isEmpty }.sorted { $0.name < $1.name }.map { ($0.name, $0.value) })
        } catch let fault as LabelSyntaxError {
            throw .malformed(entry: entry, "labels of \(family.name): \(fault)")
        } catch let fault as SegmentError {
            throw fault
        } catch {
            throw .malformed(entry: entry, "labels of \(family.name)")
        }
        guard labelsSeen[index].insert(canonical).inserted else {
            throw .malformed(entry: entry, "a series of \(family.name) is there twice")
        }
        families[index].series.append(
            SegmentSeries(
                labels: labels,
                cells: CellRange(
                    form: form, first: Int32(first), count: Int32(count), planes: family.kind == .gauge ? 1 : Int32(planes))))
        seriesCount += 1
    }

    /// The reader's side adds the first two; a histogram's buckets have the third.
    private static let reservedLabels: Set<String> = ["service", "instance", "le"]

    private func text(_ entry: Int, _ offset: UInt32, _ count: UInt32, most: Int) throws(SegmentError) -> [UInt8] {
        guard count <= most, Int(offset) + Int(count) <= SegmentLayout.arenaCapacity else {
            throw .malformed(entry: entry, "a text is too long or out of bounds")
        }
        // A sound writer's texts lie side by side. Entries that share one would make the reader copy it over and over.
        textSize += Int(count)
        guard textSize <= SegmentLayout.arenaCapacity else {
            throw .malformed(entry: entry, "the texts up to here are longer together than the memory for them")
        }
        return mapping.arena(Int(offset), Int(count))
    }
}
