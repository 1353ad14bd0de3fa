import ApusPromQL
import ApusText
import ApusTopology

extension [TextPart] {
    /// As a template of Prometheus' annotations.
    var ruleTemplate: String {
        map { part in
            switch part {
            case .text(let text): text
            case .label(let name): "{{ $labels.\(name) }}"
            case .optionalLabel(let name, let text): "{{ if $labels.\(name) }}{{ $labels.\(name) }}{{ else }}\(text){{ end }}"
            case .enclosedLabel(let name, let opening, let closing):
                "{{ if $labels.\(name) }}\(opening){{ $labels.\(name) }}\(closing){{ end }}"
            case .limit(let limit): limit.rendered
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
            case .enclosedLabel(let name, let opening, let closing):
                labels[name].flatMap { $0.isEmpty ? nil : "\(opening)\($0)\(closing)" } ?? ""
            case .limit(let limit): limit.rendered
            case .value(let format): format.rendered(value)
            }
        }.joined()
    }

    var labelNames: [String] {
        compactMap { part in
            switch part {
            case .label(let name), .optionalLabel(let name, _), .enclosedLabel(let name, _, _): name
            case .text, .value, .limit: nil
            }
        }
    }
}

extension Threshold {
    /// The limit as the values beside it are written.
    fileprivate var rendered: String {
        switch amount {
        case .percent(let value): "\(PromQLNumber.string(value)) %"
        case .ratio(let value): ValueFormat.percentage.rendered(value)
        case .count(let count): String(count)
        case .bytes: ValueFormat.bytes.rendered(value) + "B"
        case .duration(let duration): DurationText.string(duration)
        }
    }
}
