import Glibc

/// The lines that the kernel writes of control groups and processes: a key, and what is said of it.
extension UnsafeBufferPointer<UInt8> {
    /// Goes through the lines `KEY REST`, and `KEY: REST` likewise.
    func forEachLine(_ body: (_ key: SubSequence, _ rest: SubSequence) -> Void) {
        var rest = self[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            let line = rest[..<end]
            let space = line.firstIndex { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") } ?? line.endIndex
            let key = line[..<space]
            body(key.last == UInt8(ascii: ":") ? key.dropLast() : key, line[space...])
            rest = end < rest.endIndex ? rest[(end + 1)...] : rest[end...]
        }
    }

    /// Goes through the lines `KEY NUMBER`; others are left out.
    func forEachNumber(_ body: (_ key: SubSequence, _ number: Int64) -> Void) {
        forEachLine { key, rest in if let number = rest.number { body(key, number) } }
    }

    /// Takes in the lines `MAJOR:MINOR rbytes=… wbytes=… rios=… wios=…` of `io.stat`.
    func takeDevices(_ root: KernelRoot, _ reading: inout ControlGroupReading) {
        forEachLine { key, rest in
            var found = ControlGroupCounts.DeviceCounts()
            var isCounted = false
            for field in rest.split(separator: UInt8(ascii: " ")) {
                guard let equals = field.firstIndex(of: UInt8(ascii: "=")), let number = field[(equals + 1)...].number
                else { continue }
                let name = field[..<equals]
                isCounted = true
                if name.isText("rbytes") { found.readBytes = number }
                if name.isText("wbytes") { found.writtenBytes = number }
                if name.isText("rios") { found.reads = number }
                if name.isText("wios") { found.writes = number }
            }
            guard isCounted else { return }
            reading.counts.add(found, of: key, root)
        }
    }

    /// Takes in the lines `MAJOR:MINOR Read NUMBER` and `MAJOR:MINOR Write NUMBER` of version 1.
    func takeDeviceLines(
        _ root: KernelRoot, _ reading: inout ControlGroupReading,
        read: WritableKeyPath<ControlGroupCounts.DeviceCounts, Int64>,
        written: WritableKeyPath<ControlGroupCounts.DeviceCounts, Int64>
    ) {
        forEachLine { key, rest in
            let fields = rest.split(separator: UInt8(ascii: " "))
            guard fields.count == 2, let number = fields[1].number else { return }
            var found = ControlGroupCounts.DeviceCounts()
            if fields[0].isText("Read") { found[keyPath: read] = number }
            if fields[0].isText("Write") { found[keyPath: written] = number }
            if found != ControlGroupCounts.DeviceCounts() { reading.counts.add(found, of: key, root) }
        }
    }
}

extension Slice<UnsafeBufferPointer<UInt8>> {
    func isText(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount
            && text.withUTF8Buffer { own in zip(self, own).allSatisfy { $0 == $1 } }
    }

    /// The decimal number that it begins with, after spaces; `nil` where there is none, or a larger one than can be held.
    var number: Int64? {
        var value: Int64 = 0
        var digits = 0
        for byte in drop(while: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { break }
            let (tenfold, isOver) = value.multipliedReportingOverflow(by: 10)
            let (sum, isOverToo) = tenfold.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            guard !isOver, !isOverToo else { return nil }
            value = sum
            digits += 1
        }
        return digits > 0 ? value : nil
    }
}

extension ControlGroupCounts {
    /// Adds what was counted of a device, under its name where the kernel tells it.
    ///
    /// - Parameter number: MAJOR:MINOR.
    fileprivate mutating func add(
        _ counts: DeviceCounts, of number: Slice<UnsafeBufferPointer<UInt8>>, _ root: KernelRoot
    ) {
        guard number.contains(UInt8(ascii: ":")), number.allSatisfy({ (48...58).contains($0) }) else { return }
        let name = Self.name(String(decoding: number, as: UTF8.self), root)
        devices[name, default: DeviceCounts()].add(counts)
    }

    private static func name(_ number: String, _ root: KernelRoot) -> String {
        var target = [CChar](repeating: 0, count: 1024)
        // In bounds: the kernel writes at most the count that it is given.
        let count = readlink("\(root.blockDevices)/\(number)", &target, target.count)
        guard count > 0 else { return number }
        let path = target[..<count].map { UInt8(bitPattern: $0) }
        return path.split(separator: UInt8(ascii: "/")).last.map { String(decoding: $0, as: UTF8.self) } ?? number
    }
}
