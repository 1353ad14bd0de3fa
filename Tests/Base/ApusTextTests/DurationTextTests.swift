import ApusText
import Testing

@Suite struct `Durations as texts` {
    @Test(arguments: [
        (Duration.zero, "0s"), (.milliseconds(1), "1ms"), (.milliseconds(500), "500ms"), (.milliseconds(1500), "1s500ms"),
        (.seconds(15), "15s"), (.seconds(90), "1m30s"), (.seconds(300), "5m"), (.seconds(3600), "1h"),
        (.seconds(86_400), "1d"), (.seconds(90_061), "1d1h1m1s"), (.seconds(2_592_000), "30d"),
    ])
    func `are written with units from the largest down, and read back`(duration: Duration, text: String) {
        #expect(DurationText.string(duration) == text)
        #expect(DurationText.parse(text) == duration)
    }

    @Test(arguments: [(Duration.seconds(-90), "-1m30s"), (.nanoseconds(1), "0s"), (.microseconds(-1), "0s")])
    func `are written below nothing, and without what is finer than a millisecond`(duration: Duration, text: String) {
        #expect(DurationText.string(duration) == text)
    }

    /// The first four are from https://github.com/prometheus/common/blob/main/model/time_test.go.
    @Test(arguments: [
        ("0", Duration.zero), ("0w", .zero), ("3w3d", .seconds(24 * 86_400)), ("4d1h", .seconds(97 * 3600)),
        ("1y", .seconds(365 * 86_400)), ("2w", .seconds(14 * 86_400)), ("90s", .seconds(90)), ("0090s", .seconds(90)),
        ("1y2w3d4h5m6s7ms", .milliseconds(33_019_506_007)), ("0h30m", .seconds(1800)),
        ("9223372036854ms", .milliseconds(9_223_372_036_854)),
    ])
    func `are read as Prometheus reads them`(text: String, duration: Duration) {
        #expect(DurationText.parse(text) == duration)
        #expect(DurationText.milliseconds(in: text).map { .milliseconds($0) } == duration)
    }

    @Test(arguments: [
        "", "1", "15", "00", "s", "-1s", "+1s", "1.5s", "1.5d", "1e3s", "0x1s", "15 s", " 15s", "15s ", "15S", "1D", "1s5",
        "1m1h",
        "1h1h", "1s1ms1ms", "1min", "1sm", "1µs", "1us", "1ns", "１５s", "15s\n", "s15", "d", "294y", "200y10400w", "107675d",
        "9223372036855ms", "99999999999999999999s", "18446744073709551617s",
    ])
    func `are refused in any other form, and past what Prometheus holds`(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test func `have milliseconds only when these are whole`() {
        #expect(DurationText.milliseconds(.milliseconds(1250)) == 1250)
        #expect(DurationText.milliseconds(.microseconds(1)) == nil)
    }
}
