import ApusMetrics
import Glibc
import Testing

@Suite struct NumberTextTests {
    @Test(arguments: [
        (0.0, "0"), (-0.0, "-0"), (1, "1"), (-17, "-17"), (0.1, "0.1"), (1e21, "1e+21"), (1e-7, "1e-07"),
        (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (9_007_199_254_740_991, "9007199254740991"),
        (9_007_199_254_740_992, "9007199254740992"), (5e-324, "5e-324"), (1_795_259_101.05, "1795259101.05"),
    ])
    func `a number is written so that Prometheus reads the same number`(value: Double, expected: String) {
        let text = NumberText.string(value)
        #expect(text == expected)
        let read = strtod(text.replacing("+Inf", with: "inf"), nil)
        #expect(read.bitPattern == value.bitPattern || (read.isNaN && value.isNaN), "\(text)")
        #expect(text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
    }

    @Test func `any finite double survives the round trip`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<100_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            let text = NumberText.string(value)
            #expect(strtod(text, nil).bitPattern == value.bitPattern, "\(text)")
        }
    }

    @Test(arguments: [(UInt64(0), "0"), (7, "7"), (1_000_000, "1000000"), (.max, "18446744073709551615")])
    func `whole numbers are exact over all 64 bits`(value: UInt64, text: String) {
        var bytes: [UInt8] = []
        NumberText.append(value, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test(arguments: [
        (1.0, "1.0"), (0.005, "0.005"), (300, "300.0"), (1e22, "1e+22"), (.infinity, "+Inf"), (0, "0.0"), (-0.0, "0.0"),
        // As Go's strconv.FormatFloat(value, 'g', -1, 64) has them.
        (100_000, "100000.0"), (999_999.5, "999999.5"), (1e6, "1e+06"), (-1e6, "-1e+06"), (1_048_576, "1.048576e+06"),
        (123_456_789.125, "1.23456789125e+08"), (9_007_199_254_740_991, "9.007199254740991e+15"), (1e16, "1e+16"),
        (1e-5, "1e-05"), (0.000_012_5, "1.25e-05"), (-0.000_05, "-5e-05"),
        (0.0001, "0.0001"), (1e100, "1e+100"), (5e-324, "5e-324"),
    ])
    func `a bound of a bucket has a point, as OpenMetrics wants it`(value: Double, text: String) {
        #expect(NumberText.bound(value) == text)
    }
}
