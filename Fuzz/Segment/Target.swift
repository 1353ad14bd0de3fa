import ApusMetrics

/// What libFuzzer calls with each input: the first byte chooses what is attacked.
@_cdecl("LLVMFuzzerTestOneInput")
public func attack(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var program = ByteProgram(UnsafeBufferPointer(start: bytes, count: count))
    guard program.byte() % 8 != 0 else {
        labels(program.remainder())
        return 0
    }
    var attack = SegmentAttack(program)
    attack.run()
    return 0
}

/// Labels from another process: what is taken survives the way back and forth, byte by byte.
private func labels(_ raw: [UInt8]) {
    // As the reader has it.
    let bytes = LabelBytes.withoutNull(raw)
    guard let labels = try? LabelBytes.parse(bytes) else { return }
    require(LabelBytes.render(labels.map { ($0.name, $0.value) }) == bytes, "labels change when they are rendered again")
}
