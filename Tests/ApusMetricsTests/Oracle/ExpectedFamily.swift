import ApusMetrics

/// A family as a consumer should read it, written for the oracle without use of the encoders.
struct ExpectedFamily: Encodable, Sendable {
    /// Without a counter's `_total`.
    let name: String
    let type: String
    let help: String
    let unit: String
    var samples: [Sample] = []

    struct Sample: Encodable, Sendable {
        let name: String
        let labels: [(String, String)]
        var bound: Number?
        let value: Number

        func encode(to encoder: any Encoder) throws {
            var list = encoder.unkeyedContainer()
            try list.encode(name)
            try list.encode(labels.map { [$0.0, $0.1] })
            try list.encode(bound?.text)
            try list.encode(value.text)
        }
    }

    enum Number: Sendable {
        case whole(UInt64)
        case double(Double)

        /// Bits instead of decimals, so that no rule of printing hides a difference.
        var text: String {
            switch self {
            case .whole(let value): "i:\(value)"
            case .double(let value):
                "d:" + String(repeating: "0", count: value.bitPattern.leadingZeroBitCount / 4).prefix(15)
                    + String(value.bitPattern, radix: 16)
            }
        }
    }
}
