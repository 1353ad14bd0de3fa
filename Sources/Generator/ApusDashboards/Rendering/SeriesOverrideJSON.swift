/// What is different for some series, as a matcher and properties by their paths.
struct SeriesOverrideJSON: JSONRepresentable {
    let override: SeriesOverride
    let kind: PanelKind
    /// Of the dashboard, which links pass on.
    let variables: [DashboardVariable]
    let isClassic: Bool

    func write(to json: inout JSONWriter) {
        let (id, options) =
            switch override.matcher {
            case .name(let name): ("byName", name)
            case .pattern(let pattern): ("byRegexp", "/\(pattern)/")
            case .query(let refID): ("byFrameRefID", refID)
            }
        json.object { json in
            json.object("matcher") { json in
                json.member("id", id)
                json.member("options", options)
            }
            json.array("properties", override.properties) { json, property in
                json.object { write(property, to: &$0) }
            }
        }
    }

    private func write(_ property: SeriesOverride.Property, to json: inout JSONWriter) {
        switch property {
        case .color(let color):
            json.member("id", "color")
            json.object("value") { json in
                json.member("fixedColor", color.rawValue)
                json.member("mode", "fixed")
            }
        case .displayName(let name): write("displayName", name, to: &json)
        case .unit(let unit): write("unit", unit.rawValue, to: &json)
        case .decimals(let count): write("decimals", Double(count), to: &json)
        case .minimum(let value): write("min", value, to: &json)
        case .maximum(let value): write("max", value, to: &json)
        case .thresholds(let thresholds):
            json.member("id", "thresholds")
            json.member("value", ThresholdsJSON(thresholds: thresholds))
        case .mappings(let mappings):
            json.member("id", "mappings")
            json.member("value", ValueMappingsJSON(mappings: mappings))
        case .links(let links):
            json.member("id", "links")
            json.array("value", links) { json, link in
                json.value(PanelLinkJSON(link, keeping: variables, isClassic: isClassic))
            }
        default: writeDrawing(property, to: &json)
        }
    }

    private func writeDrawing(_ property: SeriesOverride.Property, to json: inout JSONWriter) {
        switch property {
        case .dashed:
            json.member("id", "custom.lineStyle")
            json.object("value") { json in
                json.array("dash", [10, 10]) { $0.value($1) }
                json.member("fill", "dash")
            }
        case .lineWidth(let pixels): write("custom.lineWidth", Double(pixels), to: &json)
        case .fillOpacity(let percent): write("custom.fillOpacity", Double(percent), to: &json)
        case .notStacked:
            json.member("id", "custom.stacking")
            json.object("value") { json in
                json.member("group", false)
                json.member("mode", "none")
            }
        case .negative: write("custom.transform", "negative-Y", to: &json)
        case .rightAxis: write("custom.axisPlacement", "right", to: &json)
        case .hidden where kind == .table:
            json.member("id", "custom.hidden")
            json.member("value", true)
        case .hidden:
            json.member("id", "custom.hideFrom")
            json.object("value") { json in
                json.member("legend", true)
                json.member("tooltip", true)
                json.member("viz", true)
            }
        case .columnWidth(let pixels): write("custom.width", Double(pixels), to: &json)
        case .coloredCells:
            json.member("id", "custom.cellOptions")
            json.object("value") { json in
                json.member("mode", "basic")
                json.member("type", "color-background")
            }
        case .color, .displayName, .unit, .decimals, .minimum, .maximum, .thresholds, .mappings, .links: break
        }
    }

    private func write(_ id: String, _ value: String, to json: inout JSONWriter) {
        json.member("id", id)
        json.member("value", value)
    }

    private func write(_ id: String, _ value: Double, to json: inout JSONWriter) {
        json.member("id", id)
        json.member("value", value)
    }
}
