/// The options that a panel's type requires, in Grafana's classic schema.
enum PanelOptionsJSON: Encodable {
    case timeSeries
    case stat

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .timeSeries: try TimeSeries().encode(to: encoder)
        case .stat: try Stat().encode(to: encoder)
        }
    }

    private struct TimeSeries: Encodable {
        let legend = Legend()
        let tooltip = Tooltip()
    }

    private struct Legend: Encodable {
        let calcs: [String] = []
        let displayMode = "list"
        let placement = "bottom"
        let showLegend = true
    }

    private struct Tooltip: Encodable {
        let mode = "multi"
        let sort = "desc"
    }

    private struct Stat: Encodable {
        let colorMode = "value"
        let graphMode = "area"
        let justifyMode = "auto"
        let orientation = "auto"
        let reduceOptions = Reduction()
        let textMode = "auto"
        let wideLayout = true
    }

    private struct Reduction: Encodable {
        let calcs = ["lastNotNull"]
        let fields = ""
        let values = false
    }
}
