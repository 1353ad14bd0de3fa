/// A link of a panel or a value.
struct PanelLinkJSON: JSONRepresentable {
    let title: String
    let url: String
    /// Whether with the members that the classic schema demands of every link, though they mean nothing here.
    let isClassic: Bool

    /// - Parameter variables: of the dashboard on which it stands, whose values go along.
    init(_ link: PanelLink, keeping variables: [DashboardVariable], isClassic: Bool) {
        title = link.title
        url = link.url(keeping: [DashboardVariable.datasource] + variables.map(\.name))
        self.isClassic = isClassic
    }

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
        PanelLinkJSON(link, keeping: variables, isClassic: isClassic)
    }

    func fieldConfig(of panel: Panel, isClassic: Bool) -> FieldConfigJSON {
        FieldConfigJSON(panel: panel, variables: variables, isClassic: isClassic)
    }
}
