/// The options that a panel's type requires, the same in both schemas.
struct PanelOptionsJSON: JSONRepresentable {
    let panel: Panel

    func write(to json: inout JSONWriter) {
        json.object { json in
            switch panel.kind {
            case .timeSeries:
                json.object("legend", writeLegend)
                json.object("tooltip", writeTooltip)
            case .stat(let calculation, let graph): writeStat(calculation, graph, to: &json)
            case .gauge(let calculation): writeGauge(calculation, to: &json)
            case .barGauge(let calculation): writeBarGauge(calculation, to: &json)
            case .table:
                json.member("cellHeight", "sm")
                json.member("frameIndex", 0)
                json.member("showHeader", true)
            case .heatmap: writeHeatmap(to: &json)
            case .stateTimeline:
                json.member("alignValue", "left")
                json.object("legend", writeLegend)
                json.member("mergeValues", true)
                json.member("rowHeight", 0.9)
                json.member("showValue", "auto")
                json.object("tooltip", writeTooltip)
            case .text(let markdown):
                json.member("content", markdown)
                json.member("mode", "markdown")
            }
        }
    }

    private func writeLegend(to json: inout JSONWriter) {
        json.member("calcs", panel.legend.calculations.map(\.rawValue))
        json.member("displayMode", panel.legend.mode == .table ? "table" : "list")
        json.member("placement", panel.legend.placement.rawValue)
        json.member("showLegend", panel.legend.mode != .hidden)
    }

    private func writeTooltip(to json: inout JSONWriter) {
        json.member("mode", panel.tooltip.rawValue)
        json.member("sort", panel.tooltip == .all ? "desc" : "none")
    }

    private func writeReduction(_ calculation: Calculation, to json: inout JSONWriter) {
        json.object("reduceOptions") { json in
            json.member("calcs", [calculation.rawValue])
            json.member("fields", "")
            json.member("values", false)
        }
    }

    private func writeStat(_ calculation: Calculation, _ graph: StatGraph, to json: inout JSONWriter) {
        json.member("colorMode", "value")
        json.member("graphMode", graph.rawValue)
        json.member("justifyMode", "auto")
        json.member("orientation", "auto")
        json.member("percentChangeColorMode", "standard")
        writeReduction(calculation, to: &json)
        json.member("showPercentChange", false)
        json.member("textMode", "auto")
        json.member("wideLayout", true)
    }

    private func writeGauge(_ calculation: Calculation, to json: inout JSONWriter) {
        json.member("minVizHeight", 75)
        json.member("minVizWidth", 75)
        json.member("orientation", "auto")
        writeReduction(calculation, to: &json)
        json.member("showThresholdLabels", false)
        json.member("showThresholdMarkers", true)
        json.member("sizing", "auto")
    }

    private func writeBarGauge(_ calculation: Calculation, to json: inout JSONWriter) {
        json.member("displayMode", "gradient")
        json.object("legend") { json in
            json.member("calcs", [])
            json.member("displayMode", "list")
            json.member("placement", "bottom")
            json.member("showLegend", false)
        }
        json.member("maxVizHeight", 300)
        json.member("minVizHeight", 16)
        json.member("minVizWidth", 8)
        json.member("namePlacement", "auto")
        json.member("orientation", "horizontal")
        writeReduction(calculation, to: &json)
        json.member("showUnfilled", true)
        json.member("sizing", "auto")
        json.member("valueMode", "color")
    }

    private func writeHeatmap(to json: inout JSONWriter) {
        json.member("calculate", false)
        json.member("cellGap", 1)
        json.object("color") { json in
            json.member("exponent", 0.5)
            json.member("fill", "dark-orange")
            json.member("mode", "scheme")
            json.member("reverse", false)
            json.member("scale", "exponential")
            json.member("scheme", "Oranges")
            json.member("steps", 64)
        }
        json.object("exemplars") { $0.member("color", "rgba(255,0,255,0.7)") }
        json.object("filterValues") { $0.member("le", 1e-9) }
        json.object("legend") { $0.member("show", panel.legend.mode != .hidden) }
        json.object("rowsFrame") { $0.member("layout", "auto") }
        json.member("showValue", "never")
        json.object("tooltip") { json in
            json.member("mode", panel.tooltip.rawValue)
            json.member("showColorScale", false)
            json.member("yHistogram", true)
        }
        json.object("yAxis") { json in
            json.member("axisPlacement", "left")
            json.member("reverse", false)
            json.member("unit", panel.unit.rawValue)
        }
    }
}
