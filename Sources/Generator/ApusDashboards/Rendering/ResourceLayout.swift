/// Where the elements of schema v2 stand: one grid, or a grid a section.
struct ResourceLayout {
    let dashboard: Dashboard

    func write(as key: StaticString, to json: inout JSONWriter) {
        let sections = dashboard.sections
        guard sections.contains(where: { $0.heading != nil }) else {
            return json.kind(key, "GridLayout") { writeItems(sections.flatMap(\.panels), top: 0, to: &$0) }
        }
        json.kind(key, "RowsLayout") { json in
            json.array("rows", sections) { json, section in
                json.kind("RowsLayoutRow") { write(section, to: &$0) }
            }
        }
    }

    private func write(_ section: DashboardSection, to json: inout JSONWriter) {
        json.member("collapse", section.isCollapsed)
        json.member("hideHeader", section.heading == nil)
        json.kind("layout", "GridLayout") { json in
            writeItems(section.panels, top: section.heading == nil ? 0 : section.headingY + 1, to: &json)
        }
        if let variable = section.heading?.repeated {
            json.object("repeat") { json in
                json.member("mode", "variable")
                json.member("value", variable)
            }
        }
        json.member("title", section.title ?? "")
    }

    private func writeItems(_ panels: [PlacedPanel], top: Int, to json: inout JSONWriter) {
        json.array("items", panels) { json, placed in
            json.kind("GridLayoutItem") { json in
                json.object("element") { json in
                    json.member("kind", "ElementReference")
                    json.member("name", dashboard.elementName(of: placed.panel))
                }
                json.member("height", placed.position.h)
                if let repetition = placed.panel.repetition {
                    json.object("repeat") { json in
                        json.member("direction", repetition.direction.rawValue)
                        if repetition.direction == .horizontal { json.member("maxPerRow", repetition.perRow) }
                        json.member("mode", "variable")
                        json.member("value", repetition.variable)
                    }
                }
                json.member("width", placed.position.w)
                json.member("x", placed.position.x)
                json.member("y", placed.position.y - top)
            }
        }
    }
}
