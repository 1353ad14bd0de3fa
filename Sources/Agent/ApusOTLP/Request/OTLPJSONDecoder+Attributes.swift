import ApusText

/// Attributes, whose values may be lists and maps of values.
extension OTLPJSONDecoder {
    mutating func attributes(_ json: PlacedJSON, _ name: String) throws(OTLPError) -> [OTLPAttribute] {
        var attributes: [OTLPAttribute] = []
        for json in try list(json, name) {
            try count(attributes.count, most: tally.limits.attributes, "attributes", json)
            let value = try json["value"].map { json throws(OTLPError) in try anyValue(json, depth: 0) }
            attributes.append(OTLPAttribute(key: try text(json, "key"), value: value?.text ?? ""))
        }
        return attributes
    }

    /// A value as the text that it is by itself, and as the one that it is within a list or a map.
    private mutating func anyValue(_ json: PlacedJSON, depth: Int) throws(OTLPError) -> (text: String, json: String) {
        for member in json.members {
            let value: String
            switch member.name {
            case "stringValue", "bytesValue":
                let text = try text(json, member.name)
                return (text, OTLPText.quoted(text))
            case "boolValue": value = try boolean(json, "boolValue") ? "true" : "false"
            case "intValue": value = "\(try signed(json, "intValue"))"
            case "doubleValue": value = OTLPText.text(try double(json, "doubleValue"))
            case "arrayValue": value = "[\(try collection(member.value, isMap: false, depth: depth))]"
            case "kvlistValue": value = "{\(try collection(member.value, isMap: true, depth: depth))}"
            default: continue
            }
            return (value, value)
        }
        return ("", "null")
    }

    private mutating func collection(_ json: PlacedJSON, isMap: Bool, depth: Int) throws(OTLPError) -> String {
        guard depth < tally.limits.depth else {
            throw error("more than \(tally.limits.depth) lists and maps within one another", json)
        }
        var parts: [String] = []
        for json in try list(json, "values") {
            try count(parts.count, most: tally.limits.attributes, "elements of an attribute", json)
            guard isMap else {
                parts.append(try anyValue(json, depth: depth + 1).json)
                continue
            }
            let value = try json["value"].map { json throws(OTLPError) in try anyValue(json, depth: depth + 1).json } ?? "null"
            parts.append("\(OTLPText.quoted(try text(json, "key"))):\(value)")
        }
        return parts.joined(separator: ",")
    }
}
