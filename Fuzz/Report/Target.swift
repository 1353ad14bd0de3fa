/// What libFuzzer calls with each input: the first byte chooses what is attacked.
@_cdecl("LLVMFuzzerTestOneInput")
public func attack(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var program = ByteProgram(UnsafeBufferPointer(start: bytes, count: count))
    switch program.byte() % 8 {
    case 1: TextAttack.hello(program.remainder())
    case 2: TextAttack.reply(program.remainder())
    default: SocketAttack.run(program)
    }
    return 0
}
