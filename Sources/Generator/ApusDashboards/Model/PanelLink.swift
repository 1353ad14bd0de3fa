/// A link that stands on a panel or on its values.
public struct PanelLink: Hashable, Sendable {
    enum Target: Hashable, Sendable {
        case dashboard(DashboardUID, labels: [String: String])
        case address(String)
    }

    public let title: String
    let target: Target

    /// Makes a link to another dashboard, which takes along the time range and what is chosen on top of this one.
    ///
    /// - Parameters:
    ///   - uid: as the other dashboard was given it.
    ///   - labels: on values, which variables of the other dashboard take the value of which label of the series instead.
    public static func dashboard(_ uid: String, _ title: String, variablesFromLabels labels: [String: String] = [:]) -> Self {
        Self(title: title, target: .dashboard(DashboardUID(uid), labels: labels))
    }

    /// Makes a link to any address; the URL may hold variables of Grafana.
    public static func address(_ url: String, _ title: String) -> Self {
        Self(title: title, target: .address(url))
    }

    /// - Parameter variables: of the dashboard on which the link stands, which the other one gets.
    func url(keeping variables: [String]) -> String {
        switch target {
        case .address(let url): return url
        case .dashboard(let uid, let labels):
            let chosen = variables.filter { labels[$0] == nil }.map { "${\($0):queryparam}" }
            let fromLabels = labels.sorted { $0.key < $1.key }.map { "var-\($0.key)=${__field.labels.\($0.value)}" }
            return "/d/\(uid)?" + (["${__url_time_range}"] + chosen + fromLabels).joined(separator: "&")
        }
    }

    /// The labels of the series that the link takes along.
    var labels: [String] {
        if case .dashboard(_, let labels) = target { labels.values.sorted() } else { [] }
    }
}
