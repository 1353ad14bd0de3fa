import ApusTopology

extension [TextPart] {
    /// As a template of Prometheus' annotations.
    var ruleTemplate: String {
        map { part in
            switch part {
            case .text(let text): text
            case .label(let name): "{{ $labels.\(name) }}"
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
            case .value(let format): format.rendered(value)
            }
        }.joined()
    }

    var labelNames: [String] {
        compactMap { if case .label(let name) = $0 { name } else { nil } }
    }
}
