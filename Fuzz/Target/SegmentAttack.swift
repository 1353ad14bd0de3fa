import ApusSegment
import Glibc

/// Runs a program of changes to a segment, with readings between them and during them.
struct SegmentAttack {
    private var program: ByteProgram
    private let writer = HostileWriter()
    private var reading: SegmentReading?
    private var changes: [ConcurrentWriter.Change] = []

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
        switch operation % 16 {
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
        default:
            let offset = SegmentLayout.arenaOffset + Int(program.number(UInt16.self))
            changes.append(
                .init(address: writer.base + offset, values: (program.number(UInt32.self), program.number(UInt32.self))))
        }
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
