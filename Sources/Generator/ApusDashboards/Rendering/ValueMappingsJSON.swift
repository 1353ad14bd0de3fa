import ApusPromQL

/// Words in place of values: single values together, as Grafana writes them, then each range, then what is missing.
struct ValueMappingsJSON: JSONRepresentable {
    let mappings: [ValueMapping]

    func write(to json: inout JSONWriter) {
        let values = mappings.enumerated().compactMap { index, mapping -> (String, Int, ValueMapping)? in
            guard case .value(let value) = mapping.condition else { return nil }
            return (PromQLNumber.string(value), index, mapping)
        }
        let others = mappings.enumerated().filter { if case .value = $0.element.condition { false } else { true } }
        let groups: [Int] = (values.isEmpty ? [] : [-1]) + others.map(\.offset)
        json.array(groups) { json, index in
            json.object { json in
                if index < 0 {
                    json.object("options") { json in
                        for (value, index, mapping) in values {
                            json.member(named: value) { $0.object { Self.write(mapping, index: index, to: &$0) } }
                        }
                    }
                    json.member("type", "value")
                } else {
                    Self.write(mappings[index], index: index, to: &json)
                }
            }
        }
    }
}

extension ValueMappingsJSON {
    /// The result of a mapping, or a whole mapping that has no neighbours.
    private static func write(_ mapping: ValueMapping, index: Int, to json: inout JSONWriter) {
        switch mapping.condition {
        case .value: writeResult(of: mapping, index: index, to: &json)
        case .range(let from, let to):
            json.object("options") { json in
                from.map { json.member("from", $0) } ?? json.null("from")
                json.object("result") { writeResult(of: mapping, index: index, to: &$0) }
                to.map { json.member("to", $0) } ?? json.null("to")
            }
            json.member("type", "range")
        case .missing:
            json.object("options") { json in
                json.member("match", "null+nan")
                json.object("result") { writeResult(of: mapping, index: index, to: &$0) }
            }
            json.member("type", "special")
        }
    }

    private static func writeResult(of mapping: ValueMapping, index: Int, to json: inout JSONWriter) {
        if let color = mapping.color { json.member("color", color.rawValue) }
        json.member("index", index)
        json.member("text", mapping.text)
    }
}
