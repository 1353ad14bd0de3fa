import ApusTopology

extension [TextPart] {
    /// As a template of Prometheus' annotations.
    var ruleTemplate: String {
        map { part in
            switch part {
            case .text(let text): text
            case .label(let name): "{{ $labels.\(name) }}"
            case .optionalLabel(let name, let text): "{{ if $labels.\(name) }}{{ $labels.\(name) }}{{ else }}\(text){{ end }}"
            case .value(let format): "{{ $value | \(format.templateFunction) }}"
            }
        }.joined()
    }

    /// What Prometheus makes of the template for a series.
    func rendered(labels: [String: String], value: Double) -> String {
        map { part in
            switch part {
            case .text(let text): text
            case .label(let name): labels[name] ?? ""
            case .optionalLabel(let name, let text): labels[name].flatMap { $0.isEmpty ? nil : $0 } ?? text
            case .value(let format): format.rendered(value)
            }
        }.joined()
    }

    var labelNames: [String] {
        compactMap { part in
            switch part {
            case .label(let name), .optionalLabel(let name, _): name
            case .text, .value: nil
            }
        }
    }
}
