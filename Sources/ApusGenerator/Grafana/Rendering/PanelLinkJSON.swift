/// A link of a panel or a value.
struct PanelLinkJSON: JSONRepresentable {
    let title: String
    let url: String
    /// Whether with the members that the classic schema demands of every link, though they mean nothing here.
    let isClassic: Bool

    func write(to json: inout JSONWriter) {
        json.object { json in
            if isClassic {
                json.member("asDropdown", false)
                json.member("icon", "")
                json.member("includeVars", false)
                json.member("keepTime", false)
                json.member("tags", [])
            }
            json.member("targetBlank", false)
            json.member("title", title)
            if isClassic {
                json.member("tooltip", "")
                json.member("type", "link")
            }
            json.member("url", url)
        }
    }
}

extension Dashboard {
    /// A link that stands on this dashboard.
    func json(of link: PanelLink, isClassic: Bool) -> PanelLinkJSON {
        PanelLinkJSON(
            title: link.title, url: link.url(keeping: [DashboardVariable.datasource] + variables.map(\.name)),
            isClassic: isClassic)
    }

    func fieldConfig(of panel: Panel, isClassic: Bool) -> FieldConfigJSON {
        let link = { (link: PanelLink) in json(of: link, isClassic: isClassic) }
        return FieldConfigJSON(panel: panel, links: panel.dataLinks.map(link), link: link)
    }
}
