/// Unit, limits and drawing of a panel's fields, in Grafana's classic schema.
struct FieldConfigJSON: Encodable {
    let defaults: Defaults
    let overrides: [String] = []

    struct Defaults: Encodable {
        let color: Color
        /// Nil for single values, which have nothing to draw.
        let custom: Custom?
        let max: Double?
        let min: Double
        let thresholds: Thresholds
        let unit: String
    }

    struct Color: Encodable {
        let mode: String
    }

    struct Custom: Encodable {
        let drawStyle = "line"
        let fillOpacity: Int
        let lineWidth = 1
        let showPoints = "never"
        let spanNulls = false
        let stacking: Stacking
        let thresholdsStyle: Color
    }

    struct Stacking: Encodable {
        let group = "A"
        let mode: String
    }

    struct Thresholds: Encodable {
        let mode = "absolute"
        let steps: [Step]
    }

    /// A colour from a value on; the first step has no value, and Grafana wants it written as null.
    struct Step: Encodable {
        let color: String
        let value: Double?

        enum CodingKeys: String, CodingKey { case color, value }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(color, forKey: .color)
            try container.encode(value, forKey: .value)
        }
    }

    init(_ panel: Panel) {
        let steps: [Step] =
            switch panel.limit {
            case .most(let limit): [Step(color: "green", value: nil), Step(color: "red", value: limit)]
            case .least(let limit): [Step(color: "red", value: nil), Step(color: "green", value: limit)]
            case nil: [Step(color: "green", value: nil)]
            }
        let isSingleValue = panel.style == .singleValue
        defaults = Defaults(
            color: Color(mode: isSingleValue ? "thresholds" : "palette-classic"),
            custom: isSingleValue
                ? nil
                : Custom(
                    fillOpacity: panel.style == .stackedLines ? 30 : 10,
                    stacking: Stacking(mode: panel.style == .stackedLines ? "normal" : "none"),
                    thresholdsStyle: Color(mode: panel.limit == nil ? "off" : "line")),
            max: panel.range?.upperBound, min: panel.range?.lowerBound ?? 0, thresholds: Thresholds(steps: steps),
            unit: panel.unit.rawValue)
    }
}
