import AgentMetrics
public import ApusMetrics
public import ApusPromQL
import ExporterCatalog

extension SeriesDeclarations {
    /// Every metric that is declared: those of `AgentMetrics`, of the exporters that fleets run, and of a fleet's own services.
    ///
    /// - Parameters:
    ///   - targetLabels: those that targets add besides job and instance. With none it is not known which there are, and nothing is
    ///     said about labels of metrics that others serve too.
    ///   - more: the families of a fleet's own services, which agents serve.
    public static func known(targetLabels: [String] = [], more: [MetricFamily] = []) -> SeriesDeclarations {
        let others = TargetLabels.ofOthers(targetLabels)
        var known = SeriesDeclarations(targetLabels: others)
        known.declare(ExporterCatalog.families, targetLabels: others)
        let probed = Set(MetricCatalog.families(of: .probe).map(\.name))
        for family in MetricCatalog.families + more {
            if family.isCommon {
                // Other programs serve the same name with labels of their own.
                known.declare(family.name, kind: family.kind, labels: nil, targetLabels: others)
            } else {
                // A probe that has a name gives it to all its series.
                known.declare(
                    complete: [family], optional: probed.contains(family.name) ? ["name"] : [],
                    targetLabels: .exactly(["job", "instance", "service"] + targetLabels))
            }
        }
        return known
    }
}

extension TargetLabels {
    /// The labels of targets that are not this product's.
    public static func ofOthers(_ more: [String]) -> TargetLabels {
        more.isEmpty ? .unknown : .exactly(["job", "instance"] + more)
    }
}

extension MetricFamily {
    /// Whether the name is a custom of the field, and not this product's alone.
    fileprivate var isCommon: Bool { ["process_", "http_", "systemd_", "go_"].contains { name.hasPrefix($0) } }
}
