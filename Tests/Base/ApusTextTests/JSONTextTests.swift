import ApusText
import Testing

@Suite struct JSONTextTests {
    private struct Numbers: Encodable {
        struct Inner: Encodable { let values: [String: Double] }
        let a: Double
        let b: Double?
        let c: [Double]
        let d: Inner
        let e: Float
        let f: String
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func `a number that is not finite is null, wherever it stands`(number: Double) throws {
        let numbers = Numbers(
            a: number, b: number, c: [1, number, 2.5, number], d: .init(values: ["x": number, "y": 3]), e: Float(number),
            f: "NaN \u{7f} \u{7f}\"null")
        let text = String(decoding: try JSONText.encode(numbers), as: UTF8.self)
        #expect(
            text
                == #"{"a":null,"b":null,"c":[1,null,2.5,null],"d":{"values":{"x":null,"y":3}},"e":null,"f":"NaN \u007f \u007f\"null"}"#
        )
    }

    @Test func `what is not seen is escaped, and what is stays`() throws {
        let text = "größe 名 \u{1B}\u{85}\u{9B}\u{2028}\u{202E}\u{E0001}"
        #expect(
            String(decoding: try JSONText.encode([text]), as: UTF8.self)
                == #"["größe 名 \u001b\u0085\u009b\u2028\u202e\udb40\udc01"]"#)
    }

    @Test func `numbers that are finite are written as they are`() throws {
        let text = String(decoding: try JSONText.encode([0.5, -2, 1e300]), as: UTF8.self)
        #expect(text == "[0.5,-2,1e+300]")
    }
}
