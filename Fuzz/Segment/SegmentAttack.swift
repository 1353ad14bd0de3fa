import ApusSegment
import Glibc

/// Runs a program of changes to a segment, with readings between them and during them.
struct SegmentAttack {
    private var program: ByteProgram
    private let writer = HostileWriter()
    private var reading: SegmentReading?
    private var changes: [ConcurrentWriter.Change] = []
    /// Offsets of slots for exemplars in the arena.
    private var slots: [UInt32] = []

    init(_ program: ByteProgram) { self.program = program }

    /// Values at which a check may be off by one.
    private static let edges: [UInt64] = [
        0, 1, 2, 3, 7, 8, 255, 256, 257, 512, 513, 4096, 4097, 16384, 16385, UInt64(SegmentLayout.entryCapacity),
        UInt64(SegmentLayout.entryCapacity) + 1, UInt64(SegmentLayout.arenaCapacity) - 1, UInt64(SegmentLayout.arenaCapacity),
        UInt64(SegmentLayout.arenaCapacity) + 1, UInt64(SegmentLayout.cellCapacity) - 1, UInt64(SegmentLayout.cellCapacity),
        UInt64(Int32.max), 1 << 31, UInt64(UInt32.max), 1 << 32, 1 << 63, .max,
    ]

    private static let header = [
        SegmentLayout.Header.magic, SegmentLayout.Header.version, SegmentLayout.Header.seriesLimit,
        SegmentLayout.Header.planes, SegmentLayout.Header.heartbeat, SegmentLayout.Header.committed,
        SegmentLayout.Header.dropped,
    ]

    mutating func run() {
        while !program.isAtEnd { step(program.byte()) }
        refresh(limit: .max)
    }

    private mutating func step(_ operation: UInt8) {
        switch operation % 20 {
        case 0: publishFamily()
        case 1: publishSeries(labels: program.text())
        case 2: publishSeries(labels: Array("a=\"\(writer.entries)\"".utf8))
        case 3: writer.set(program.number(UInt32.self), at: entryWord())
        case 4: writer.set(UInt32(truncatingIfNeeded: edge()), at: entryWord())
        case 5: writer.setArena(program.text(), at: Int(program.number(UInt16.self)))
        case 6: writer.set(UInt32(truncatingIfNeeded: edge()), at: Self.header[program.index(below: Self.header.count)])
        case 7: writer.set(program.number(UInt64.self), at: Self.header[program.index(below: Self.header.count)] & ~7)
        case 8: writer.announce(Int(program.byte()))
        case 9:
            let cell = writer.cell(Int(program.byte()), plane: program.index(below: SegmentLayout.mostPlanes))
            writer.set(program.number(UInt64.self), at: cell)
        case 10: refresh(limit: Int(program.byte()))
        case 11: refresh(limit: .max)
        case 12: reading = nil
        case 13: copyEntry()
        case 14:
            let offset = entryWord()
            changes.append(.init(address: writer.base + offset, values: (UInt32(program.byte()), program.number(UInt32.self))))
        case 15:
            let offset = SegmentLayout.arenaOffset + Int(program.number(UInt16.self))
            changes.append(
                .init(address: writer.base + offset, values: (program.number(UInt32.self), program.number(UInt32.self))))
        case 16: publishKind()
        case 17: publishExemplars()
        case 18: writer.set(program.number(UInt64.self), at: slot() + 8 * program.index(below: 5))
        default: changeSlot()
        }
    }

    /// Families of the later kinds, sound but for what the fuzzer makes of them, and a series.
    private mutating func publishKind() {
        let shape = program.byte()
        let kind = UInt32(4 + shape & 3)
        let states = shape & 8 == 0 ? Array("open\nshut".utf8) : program.text()
        let unit = shape & 16 == 0 ? [] : program.text()
        let name =
            shape & 32 == 0 ? "family_\(writer.entries)_" + String(decoding: unit, as: UTF8.self) : "kind_\(writer.entries)"
        let octaves = 1 + UInt32(program.index(below: 20))
        writer.publishFamily(
            name: Array(name.utf8), kind: kind, help: [], bounds: [],
            more: [
                SegmentLayout.Entry.statesOffset: writer.append(states), SegmentLayout.Entry.statesLength: UInt32(states.count),
                SegmentLayout.Entry.unitOffset: writer.append(unit), SegmentLayout.Entry.unitLength: UInt32(unit.count),
                SegmentLayout.Entry.schema: UInt32(shape >> 6),
                SegmentLayout.Entry.lowestExponent: UInt32(bitPattern: Int32(program.number(Int8.self))),
                SegmentLayout.Entry.octaves: octaves,
                SegmentLayout.Entry.flags: kind == 7 ? 0 : UInt32(program.index(below: 2)),
            ])
        let form = kind == 7 ? 6 : kind == 6 ? 7 : kind
        let cellCount = kind == 4 ? octaves << UInt32(shape >> 6) + 4 : kind == 5 ? 2 : 1
        writer.publishSeries(
            family: UInt32(max(0, writer.entries - 1)), form: form, labels: program.text(), cellCount: cellCount)
    }

    /// A counter or histogram with slots, and a series on them.
    private mutating func publishExemplars() {
        let isHistogram = program.byte() & 1 == 1
        writer.publishFamily(
            name: Array("family_\(writer.entries)".utf8), kind: isHistogram ? 3 : 1, help: [],
            bounds: isHistogram ? [0.5, 1] : [],
            more: [SegmentLayout.Entry.flags: SegmentLayout.keepsExemplars])
        let offset = writer.reserve(isHistogram ? 3 * 272 : 272)
        slots.append(offset)
        writer.publishSeries(
            family: UInt32(max(0, writer.entries - 1)), form: isHistogram ? 3 : 1, labels: [], cellCount: isHistogram ? 4 : 1,
            exemplars: offset)
        fill(program.text())
    }

    /// An exemplar that was written whole.
    private mutating func fill(_ labels: [UInt8]) {
        let place = slot()
        for (word, value) in [2, 1_700_000_000_000_000_000, (0.5).bitPattern, UInt64(labels.count)].enumerated() {
            writer.set(value, at: place + word * 8)
        }
        writer.setArena(Array(labels.prefix(240)), at: place - SegmentLayout.arenaOffset + 32)
    }

    /// Where the last slot begins, or the arena.
    private func slot() -> Int { SegmentLayout.arenaOffset + Int(slots.last ?? 0) }

    /// A word of the last slot that goes on changing while it is read: its sequence, its length or its text.
    private mutating func changeSlot() {
        let place = slot() + 4 * program.index(below: 20)
        changes.append(
            .init(address: writer.base + place, values: (program.number(UInt32.self), program.number(UInt32.self))))
    }

    private mutating func publishFamily() {
        let shape = program.byte()
        let name = shape & 4 == 0 ? Array("family_\(writer.entries)".utf8) : program.text()
        let bounds =
            shape & 8 == 0 ? [] : (0...program.index(below: 3)).map { _ in Double(bitPattern: program.number(UInt64.self)) }
        let kind = UInt32(shape & 3)
        let help = shape & 16 == 0 ? [] : program.text()
        writer.publishFamily(name: name, kind: kind, help: help, bounds: kind == 3 && bounds.isEmpty ? [0.5, 1] : bounds)
    }

    private mutating func publishSeries(labels: [UInt8]) {
        let shape = program.byte()
        // Three quarters as a histogram of two bounds or a counter would have it.
        let form = UInt32(shape & 3)
        writer.publishSeries(
            family: UInt32(program.index(below: max(1, writer.entries))), form: form, labels: labels,
            cellCount: shape & 4 == 0 ? (form == 3 ? 4 : 1) : UInt32(shape >> 3))
    }

    private mutating func entryWord() -> Int {
        HostileWriter.place(entry: program.index(below: 64), word: program.index(below: 16))
    }

    private mutating func edge() -> UInt64 { Self.edges[program.index(below: Self.edges.count)] }

    private mutating func copyEntry() {
        let from = HostileWriter.place(entry: program.index(below: 64), word: 0)
        let to = HostileWriter.place(entry: writer.entries, word: 0)
        (writer.base + to).copyMemory(from: writer.base + from, byteCount: SegmentLayout.Entry.size)
        writer.announce(writer.entries + 1)
    }

    /// Changes that were asked for go on during this one reading.
    private mutating func refresh(limit: Int) {
        var current = reading
        ConcurrentWriter.shared.disturb(changes) {
            if current == nil { current = SegmentReading(descriptor: writer.descriptor) }
            current?.refresh(limit: limit)
        }
        changes = []
        reading = current
    }
}
