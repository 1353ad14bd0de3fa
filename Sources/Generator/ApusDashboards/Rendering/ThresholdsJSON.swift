/// Colours from values on; the first step has no value, and Grafana wants it written as null.
struct ThresholdsJSON: JSONRepresentable {
    let thresholds: PanelThresholds?

    func write(to json: inout JSONWriter) {
        let base = PanelThresholds.Step(from: -.infinity, thresholds?.base ?? .green)
        json.object { json in
            json.member("mode", "absolute")
            json.array("steps", [base] + (thresholds?.steps ?? [])) { json, step in
                json.object { json in
                    json.member("color", step.color.rawValue)
                    json.member("value", step.value)
                }
            }
        }
    }
}
