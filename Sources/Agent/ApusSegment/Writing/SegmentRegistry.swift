import ApusMetrics
import Atomics
import CLinux

/// What a writer has registered, and how far the segment is used. Guarded by the writer's lock.
struct SegmentRegistry {
    private let mapping: SegmentMapping
    private let planes: Int
    private var entries = 0
    private var arena = 0
    private var cells = 0
    private var exemplarBytes = 0
    /// The number of series that count towards the limit.
    var series = 0
    private(set) var families: [String: RegisteredFamily] = [:]
    /// The families whose known series were all asked for.
    var enumerated: Set<String> = []
    /// The family that counts drops, and its series by the family whose series were dropped.
    private let dropsFamily: MetricFamily?
    private var drops: [String: SeriesCells] = [:]
    private var reported: Set<SegmentTrouble> = []

    /// A class, so that a family that is looked at while it grows is not copied with all its series.
    final class RegisteredFamily {
        let entry: Int
        let family: MetricFamily
        let owner: CellsOwner
        var cells: [[UInt8]: SeriesCells] = [:]

        init(entry: Int, family: MetricFamily, owner: CellsOwner) {
            self.entry = entry
            self.family = family
            self.owner = owner
        }
    }

    init(mapping: SegmentMapping, planes: Int, dropsFamily: MetricFamily?) {
        self.mapping = mapping
        self.planes = planes
        self.dropsFamily = dropsFamily
    }

    /// Writes a series, and its family before it where that is new.
    ///
    /// - Parameters:
    ///   - family: as `recordable` gives it; of the kind that is registered under its name, if any.
    ///   - labels: canonical, and not registered yet.
    /// - Returns: `nil` when the segment is full.
    mutating func register(_ family: MetricFamily, _ labels: [UInt8], _ form: ValueForm) -> SeriesCells? {
        guard let registered = families[family.name] ?? registerFamily(family) else { return nil }
        let count = form.cellCount(of: registered.family)
        guard entries < SegmentLayout.entryCapacity, cells + count <= SegmentLayout.cellCapacity, let offset = append(labels)
        else { return nil }
        let exemplars = registered.family.keepsExemplars ? reserveExemplars(form == .histogram ? count - 1 : 1) : 0
        let entry = entries
        typealias Field = SegmentLayout.Entry
        mapping.setEntryWord(entry, Field.tag, SegmentLayout.Tag.series)
        mapping.setEntryWord(entry, Field.kind, UInt32(form.rawValue))
        mapping.setEntryWord(entry, Field.family, UInt32(registered.entry))
        mapping.setEntryWord(entry, Field.textOffset, UInt32(offset))
        mapping.setEntryWord(entry, Field.textLength, UInt32(labels.count))
        mapping.setEntryWord(entry, Field.firstCell, UInt32(cells))
        mapping.setEntryWord(entry, Field.cellCount, UInt32(count))
        mapping.setEntryWord(entry, Field.exemplarsOffset, UInt32(exemplars))
        let isSpread = registered.family.kind.isSpread
        if isSpread { mapping.created(entry).store(apus_realtime_nanoseconds(), ordering: .relaxed) }
        let made = SeriesCells(
            registered.owner, mapping: mapping, first: cells, form: form, planes: isSpread ? planes : 1,
            entry: isSpread ? entry : 0,
            exemplars: exemplars)
        if form == .info { made.set(1) }
        registered.cells[labels] = made
        cells += count
        publish()
        return made
    }

    private mutating func registerFamily(_ family: MetricFamily) -> RegisteredFamily? {
        guard entries < SegmentLayout.entryCapacity, let name = append(Array(family.name.utf8)),
            let help = append(Array(family.help.utf8)), let bounds = append(Self.bytes(of: family.buckets)),
            let unit = append(Array((family.declaredUnit ?? "").utf8)),
            let states = append(Array(family.states.joined(separator: "\n").utf8))
        else { return nil }
        typealias Field = SegmentLayout.Entry
        mapping.setEntryWord(entries, Field.tag, SegmentLayout.Tag.family)
        mapping.setEntryWord(entries, Field.kind, UInt32(family.kind.rawValue))
        mapping.setEntryWord(entries, Field.flags, family.keepsExemplars ? SegmentLayout.keepsExemplars : 0)
        mapping.setEntryWord(entries, Field.textOffset, UInt32(name))
        mapping.setEntryWord(entries, Field.textLength, UInt32(family.name.utf8.count))
        mapping.setEntryWord(entries, Field.helpOffset, UInt32(help))
        mapping.setEntryWord(entries, Field.helpLength, UInt32(family.help.utf8.count))
        mapping.setEntryWord(entries, Field.boundsOffset, UInt32(bounds))
        mapping.setEntryWord(entries, Field.boundsCount, UInt32(family.buckets.count))
        mapping.setEntryWord(entries, Field.unitOffset, UInt32(unit))
        mapping.setEntryWord(entries, Field.unitLength, UInt32((family.declaredUnit ?? "").utf8.count))
        mapping.setEntryWord(entries, Field.statesOffset, UInt32(states))
        mapping.setEntryWord(entries, Field.statesLength, UInt32(arena - states))
        if let shape = family.shape {
            mapping.setEntryWord(entries, Field.schema, UInt32(shape.schema))
            mapping.setEntryWord(entries, Field.lowestExponent, UInt32(bitPattern: Int32(shape.lowestExponent)))
            mapping.setEntryWord(entries, Field.octaves, UInt32(shape.octaves))
        }
        let registered = RegisteredFamily(entry: entries, family: family, owner: CellsOwner(family, mapping: mapping))
        families[family.name] = registered
        publish()
        return registered
    }

    /// Counts a drop by its family, where there is room, and tells whether nobody was told of it before.
    mutating func countDrop(_ trouble: SegmentTrouble) -> Bool {
        let name = trouble.family
        if let family = dropsFamily, drops[name] == nil, drops.count < SegmentWriter.mostDroppedFamilies {
            let labels = LabelBytes.render([("family", name)])
            let isFree = families[family.name].map { $0.family == family && $0.cells[labels] == nil } ?? true
            if isFree, labels.count <= SegmentLayout.longestLabels { drops[name] = register(family, labels, .integer) }
        }
        drops[name]?.add(1 as UInt64)
        // Bounded: a service that makes up names must not fill the memory with complaints about them.
        return reported.count < 4 * SegmentWriter.mostDroppedFamilies && reported.insert(trouble.ofFamily).inserted
    }

    private static func bytes(of bounds: [Double]) -> [UInt8] {
        bounds.flatMap { bound in withUnsafeBytes(of: bound.bitPattern) { Array($0) } }
    }

    private mutating func append(_ bytes: [UInt8]) -> Int? {
        guard arena + bytes.count <= SegmentLayout.arenaCapacity else { return nil }
        let offset = arena
        mapping.setArena(offset, bytes)
        arena += bytes.count
        return offset
    }

    /// Reserves room for slots, or returns 0 where there is none any more: the series is then kept without exemplars.
    private mutating func reserveExemplars(_ count: Int) -> Int {
        let offset = (arena + 7) & ~7
        let size = count * ExemplarSlot.size
        guard exemplarBytes + size <= SegmentLayout.mostExemplarBytes, offset + size <= SegmentLayout.arenaCapacity else {
            return 0
        }
        exemplarBytes += size
        arena = offset + size
        return offset
    }

    /// Counts the entry, so that whoever loads the count with acquire sees everything that was written before.
    private mutating func publish() {
        entries += 1
        mapping.word(SegmentLayout.Header.committed).store(UInt64(entries), ordering: .releasing)
    }
}
