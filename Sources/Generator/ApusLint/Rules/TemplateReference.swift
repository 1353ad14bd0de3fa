/// What a template of Prometheus refers to (https://prometheus.io/docs/prometheus/latest/configuration/template_reference/).
struct TemplateReference {
    enum Subject: Equatable {
        case value
        case label(String)
    }

    let subject: Subject
    /// The offset in bytes of the text.
    let offset: Int

    /// Finds every `$value` and `$labels.name` between double braces.
    static func all(in text: String) -> [TemplateReference] {
        let bytes = Array(text.utf8)
        var references: [TemplateReference] = []
        var isInside = false
        var index = 0
        while index < bytes.count {
            if bytes[index...].starts(with: "{{".utf8) {
                isInside = true
                index += 2
            } else if bytes[index...].starts(with: "}}".utf8) {
                isInside = false
                index += 2
            } else if isInside, bytes[index] == UInt8(ascii: "$") {
                let start = index
                index += 1
                while index < bytes.count, isOfName(bytes[index]) || bytes[index] == UInt8(ascii: ".") { index += 1 }
                let word = String(decoding: bytes[(start + 1)..<index], as: UTF8.self)
                if word == "value" {
                    references.append(TemplateReference(subject: .value, offset: start))
                } else if word.hasPrefix("labels."), !word.dropFirst(7).contains("."), word.count > 7 {
                    references.append(TemplateReference(subject: .label(String(word.dropFirst(7))), offset: start))
                }
            } else {
                index += 1
            }
        }
        return references
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
