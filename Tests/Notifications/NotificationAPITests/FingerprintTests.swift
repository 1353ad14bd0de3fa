import NotificationAPI
import Testing

@Suite struct `FNV-1a of 128 bits` {
    /// From the test vectors of the algorithm's authors, isthe.com/chongo/src/fnv/test_fnv.c.
    @Test(arguments: [
        ("", 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d as UInt128), ("a", 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964),
        ("foobar", 0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18),
    ])
    func `gives the published values`(text: String, value: UInt128) {
        var digest = FNV1a()
        for byte in text.utf8 { digest.add(byte: byte) }
        #expect(digest.value == value)
    }
}
