import HostTesting

/// Random values with many that break a careless encoder; the same seed gives the same on every machine.
struct CorpusRandom {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func next() -> UInt64 { generator.next() }

    mutating func bool() -> Bool { Bool.random(using: &generator) }

    mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    mutating func element<Element>(_ elements: [Element]) -> Element? { elements.randomElement(using: &generator) }

    mutating func whole() -> UInt64 {
        element([0, 1, 1 << 53, (1 << 53) + 1, .max, next(), next() >> 40]) ?? 0
    }

    /// What OpenMetrics lets a counter be: no NaN and nothing below zero.
    mutating func positive() -> Double {
        let value = abs(double())
        return value.isNaN ? .infinity : value
    }

    mutating func double() -> Double {
        let special: [Double] = [
            0, -0.0, 1, -1, 0.1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
            .leastNormalMagnitude, .greatestFiniteMagnitude,
            -.greatestFiniteMagnitude, 9_007_199_254_740_991, 9_007_199_254_740_992, 9_007_199_254_740_994, 1e16, 1e17, 1e21,
            123_456_789.125, 1.0.nextUp, 1.0.nextDown, 1e-4, 1e-5,
        ]
        return bool() ? element(special) ?? 0 : Double(bitPattern: next())
    }

    /// One to `limit` pieces that break a careless escape, or any scalar of Unicode.
    ///
    /// - Parameter braces: whether there may be a closing brace: the parser of Python's client ends an exemplar's labels at the first.
    mutating func text(upTo limit: Int, braces: Bool = true) -> String {
        let pieces = [
            "\"", "\\", "\n", "\\n", "\\\"", "\\\\", "{", "=", ",", " # ", "#", " ", "\t", "\r", "\r\n",
            "\u{1F}", "\u{7F}", "\u{85}", "\u{2028}", "\u{FEFF}", "\u{FFFD}", "\u{10FFFF}", "👩‍👩‍👧‍👦", "🇨🇭", "é", "e\u{301}",
            "# TYPE a counter\n", "a=\"b\",", "NaN", "plain", "/api/v1",
        ]
        var text = ""
        for _ in 0..<int(1...limit) {
            if int(0...2) == 0 {
                // A surrogate is no scalar: it becomes the replacement character.
                let number = UInt32.random(in: 0...0x10FFFF, using: &generator)
                // U+0000 stands for itself nowhere: it has a test of its own.
                text.unicodeScalars.append(Unicode.Scalar(max(1, number)) ?? "\u{FFFD}")
            } else {
                text += element(braces ? pieces + ["}", "\"} 1\n# EOF\n"] : pieces) ?? ""
            }
        }
        return braces ? text : text.replacing("}", with: ")")
    }
}
