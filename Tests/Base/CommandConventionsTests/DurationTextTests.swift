import CommandConventions
import Testing

@Suite struct DurationTextTests {
    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("15s", .seconds(15)), ("5m", .seconds(300)), ("1h", .seconds(3600)),
        ("2d", .seconds(172_800)), ("0s", .zero),
    ])
    func `a duration is read as people write it, and written so that it reads back`(text: String, duration: Duration) {
        #expect(DurationText.parse(text) == duration)
        #expect(DurationText.string(duration) == text)
    }

    @Test(arguments: ["", "15", "s", "-1s", "1.5s", "15 s", "15S", "1s5", "99999999999999999999s", "1000001d"])
    func `anything else is refused`(text: String) {
        #expect(DurationText.parse(text) == nil)
    }
}
