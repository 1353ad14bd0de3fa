import ApusLimits
import Testing

@Suite struct LimitTests {
    @Test(
        arguments: [
            (.milliseconds(250), "250 ms"), (.seconds(10), "10 s"), (.seconds(300), "5 min"), (.seconds(90), "90 s"),
            (.seconds(7200), "2 h"), (.milliseconds(2500), "2.5 s"),
        ] as [(Duration, String)])
    func `a time is written with its unit`(time: Duration, text: String) { #expect(time.limitText == text) }

    @Test(arguments: [(ByteLimit.mebibytes(64), "64 MiB"), (.kibibytes(16), "16 KiB"), (ByteLimit(bytes: 1000), "1000 bytes")])
    func `bytes are written with their unit`(count: ByteLimit, text: String) { #expect(count.limitText == text) }
}
