/// Attributes, whose values may be lists and maps of values.
extension OTLPProtobufDecoder {
    /// The attributes in one field of a message.
    mutating func attributes(_ message: ProtobufReader, field number: Int) throws(OTLPError) -> [OTLPAttribute] {
        var message = message
        var attributes: [OTLPAttribute] = []
        while let field = try message.next() {
            if field.number == number, let content = field.delimited { try attribute(content, &attributes) }
        }
        return attributes
    }

    mutating func attribute(_ message: ProtobufReader, _ attributes: inout [OTLPAttribute]) throws(OTLPError) {
        try count(attributes.count, most: tally.limits.attributes, "attributes", in: message)
        let (key, value) = try pair(message, depth: 0)
        attributes.append(OTLPAttribute(key: key, value: value.text))
    }

    /// A value as the text that it is by itself, and as the one that it is within a list or a map.
    private struct AnyValue {
        var text = ""
        var json = "null"

        init() {}

        init(_ json: String) { (text, self.json) = (json, json) }

        init(quoting text: String) { (self.text, json) = (text, OTLPText.quoted(text)) }
    }

    private mutating func pair(_ message: ProtobufReader, depth: Int) throws(OTLPError) -> (key: String, value: AnyValue) {
        var message = message
        var key = ""
        var value = AnyValue()
        while let field = try message.next() {
            guard let content = field.delimited else { continue }
            if field.number == 1 { key = try content.text() }
            if field.number == 2 { value = try anyValue(content, depth: depth) }
        }
        return (key, value)
    }

    private mutating func anyValue(_ message: ProtobufReader, depth: Int) throws(OTLPError) -> AnyValue {
        var message = message
        var value = AnyValue()
        while let field = try message.next() {
            switch (field.number, field.content) {
            case (1, .delimited(let text)): value = AnyValue(quoting: try text.text())
            case (2, .varint(let number)): value = AnyValue(number != 0 ? "true" : "false")
            case (3, .varint(let number)): value = AnyValue("\(Int64(bitPattern: number))")
            case (4, .fixed64(let bits)): value = AnyValue(OTLPText.text(Double(bitPattern: bits)))
            case (5, .delimited(let list)), (6, .delimited(let list)):
                value = AnyValue(try collection(list, isMap: field.number == 6, depth: depth))
            case (7, .delimited(let bytes)): value = AnyValue(quoting: OTLPText.base64(bytes.content))
            default: break
            }
        }
        return value
    }

    private mutating func collection(_ message: ProtobufReader, isMap: Bool, depth: Int) throws(OTLPError) -> String {
        guard depth < tally.limits.depth else {
            throw message.error("more than \(tally.limits.depth) lists and maps within one another", at: message.index)
        }
        var message = message
        var parts: [String] = []
        while let field = try message.next() {
            guard field.number == 1, let content = field.delimited else { continue }
            try count(parts.count, most: tally.limits.attributes, "elements of an attribute", in: content)
            if isMap {
                let (key, value) = try pair(content, depth: depth + 1)
                parts.append("\(OTLPText.quoted(key)):\(value.json)")
            } else {
                parts.append(try anyValue(content, depth: depth + 1).json)
            }
        }
        let content = parts.joined(separator: ",")
        return isMap ? "{\(content)}" : "[\(content)]"
    }
}
