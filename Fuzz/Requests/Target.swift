/// What libFuzzer calls with each input: the first byte chooses what is attacked.
@_cdecl("LLVMFuzzerTestOneInput")
public func attack(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var program = ByteProgram(UnsafeBufferPointer(start: bytes, count: count))
    switch program.byte() % 8 {
    case 0, 1: BodyAttack.run(program.remainder())
    case 2: MomentAttack.text(program.remainder())
    case 3: MomentAttack.moment(&program)
    case 4: AddressAttack.webhook(program.remainder())
    case 5: AddressAttack.identifier(program.remainder())
    case 6: AddressAttack.query(program.remainder())
    default: BodyAttack.run(BodyAttack.composed(&program))
    }
    return 0
}
