/// Unit, limits and drawing of a panel's fields, the same in both schemas.
struct FieldConfigJSON: JSONRepresentable {
    let panel: Panel
    /// Of the dashboard, which links pass on.
    let variables: [DashboardVariable]
    let isClassic: Bool

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.object("defaults", writeDefaults)
            json.array("overrides", panel.overrides) { json, override in
                SeriesOverrideJSON(
                    override: override, kind: panel.kind, variables: variables, isClassic: isClassic
                ).write(to: &json)
            }
        }
    }

    private func writeDefaults(to json: inout JSONWriter) {
        if case .text = panel.kind { return }
        json.object("color") { $0.member("mode", colorMode) }
        writeCustom(to: &json)
        if let decimals = panel.decimals { json.member("decimals", decimals) }
        if !panel.dataLinks.isEmpty {
            json.array("links", panel.dataLinks) { json, link in
                json.value(PanelLinkJSON(link, keeping: variables, isClassic: isClassic))
            }
        }
        if !panel.mappings.isEmpty { json.member("mappings", ValueMappingsJSON(mappings: panel.mappings)) }
        if let maximum = panel.maximum { json.member("max", maximum) }
        if let minimum = panel.minimum { json.member("min", minimum) }
        json.member("thresholds", ThresholdsJSON(thresholds: panel.thresholds))
        json.member("unit", panel.unit.rawValue)
    }

    private var colorMode: String {
        if case .timeSeries = panel.kind { "palette-classic" } else { "thresholds" }
    }

    private func writeCustom(to json: inout JSONWriter) {
        switch panel.kind {
        case .timeSeries(let style): json.object("custom") { write(style, to: &$0) }
        case .table:
            json.object("custom") { json in
                json.member("align", "auto")
                json.object("cellOptions") { $0.member("type", "auto") }
                json.member("inspect", false)
            }
        case .stateTimeline:
            json.object("custom") { json in
                json.member("fillOpacity", 70)
                json.member("lineWidth", 0)
                json.member("spanNulls", false)
            }
        case .heatmap:
            json.object("custom") { $0.object("scaleDistribution") { $0.member("type", "linear") } }
        case .stat, .gauge, .barGauge, .text: break
        }
    }

    private func write(_ style: TimeSeriesStyle, to json: inout JSONWriter) {
        json.member("drawStyle", style.isBars ? "bars" : "line")
        json.member("fillOpacity", style.isBars ? 70 : style.isStacked ? 30 : 10)
        json.member("lineWidth", 1)
        json.member("showPoints", "never")
        json.member("spanNulls", false)
        json.object("stacking") { json in
            json.member("group", "A")
            json.member("mode", style.isStacked ? "normal" : "none")
        }
        json.object("thresholdsStyle") { $0.member("mode", (panel.thresholds?.style ?? .none).rawValue) }
    }
}

/// Colours from values on; the first step has no value, and Grafana wants it written as null.
struct ThresholdsJSON: JSONRepresentable {
    let thresholds: PanelThresholds?

    func write(to json: inout JSONWriter) {
        let base = PanelThresholds.Step(from: -.infinity, thresholds?.base ?? .green)
        json.object { json in
            json.member("mode", "absolute")
            json.array("steps", [base] + (thresholds?.steps ?? [])) { json, step in
                json.object { json in
                    json.member("color", step.color.rawValue)
                    json.member("value", step.value)
                }
            }
        }
    }
}
