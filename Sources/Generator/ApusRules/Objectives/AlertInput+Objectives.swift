import ApusMetrics
import ApusPromQL
import ApusTopology
import Foundation

extension AlertInput {
    func of(instance: String) -> AlertInput {
        AlertInput(
            metric: metric,
            labels: labels.map { $0.name == TargetKey.instance.rawValue ? Label($0.name, instance) : $0 }, course: course)
    }

    func of(service: String) -> AlertInput {
        AlertInput(
            metric: metric,
            labels: labels.map { $0.name == TargetKey.service.rawValue ? Label($0.name, service) : $0 }, course: course)
    }

    func adding(_ name: String, _ value: String) -> AlertInput {
        AlertInput(metric: metric, labels: labels + [Label(name, value)], course: course)
    }

    func taking(_ course: InputCourse) -> AlertInput { AlertInput(metric: metric, labels: labels, course: course) }
}

extension PromQLSelector {
    /// A series that it finds; nil when its regular expressions do not say which.
    var proofInput: AlertInput? {
        guard let name, let family else { return nil }
        var values = [TargetKey.service.rawValue: "service", TargetKey.instance.rawValue: "one"]
        for label in family.labelNames { values[label] = "some" }
        for case .label(let label, let relation, let value) in matchers {
            switch relation {
            case .equals: values[label] = value
            case .matches:
                let example = String(value.prefix { $0 != "|" }).replacingOccurrences(of: ".", with: "0")
                let whole = example.range(of: "^(?:\(value))$", options: .regularExpression)
                guard whole != nil else { return nil }
                values[label] = example
            case .differs, .matchesNot: break
            }
        }
        return AlertInput(
            metric: name, labels: values.sorted { $0.key < $1.key }.map { AlertInput.Label($0.key, $0.value) },
            course: .constant(0))
    }
}
