import ApusTopology

extension [TextPart] {
    /// As a legend of Grafana, which knows labels only.
    var legend: String {
        map { part in
            switch part {
            case .text(let text): text
            case .label(let name): "{{\(name)}}"
            case .value: ""
            }
        }.joined()
    }
}
