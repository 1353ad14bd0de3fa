package import ApusFiles
import ApusPromQL
import ApusText
package import ApusTopology

/// `deploy/grafana/provisioning/…`: the datasource and the dashboards that Grafana loads at its start.
package func provisioningFiles(for fleet: Fleet) throws -> [GeneratedFile] {
    let dashboards = DashboardProvisioning(providers: [.init(name: fleet.name)])
    let folder = "deploy/grafana/provisioning"
    return [
        GeneratedFile(path: "\(folder)/dashboards/fleet.yml", contents: try YAMLFile.contents(dashboards)),
        try datasourceFile(for: fleet, network: .host, folder: "\(folder)/datasources"),
    ]
}

/// The datasource, at Prometheus' address in a network.
package func datasourceFile(for fleet: Fleet, network: FleetNetwork, folder: String) throws -> GeneratedFile {
    let datasources = DatasourceProvisioning(datasources: [
        .init(
            url: "http://\(network.address(of: fleet.prometheusEndpoint))",
            jsonData: .init(timeInterval: DurationText.string(fleet.scraping.interval)))
    ])
    return GeneratedFile(
        path: "\(folder)/prometheus.yml", contents: try YAMLFile.contents(datasources),
        origins: [FileOrigin(.whole, fleet.scraping.place)])
}

/// https://grafana.com/docs/grafana/latest/administration/provisioning/#data-sources
private struct DatasourceProvisioning: Encodable {
    let apiVersion = 1
    let datasources: [Datasource]

    struct Datasource: Encodable {
        let name = "Prometheus"
        let uid = "apus-prometheus"
        let type = "prometheus"
        let access = "proxy"
        let url: String
        let isDefault = true
        let editable = false
        let jsonData: Settings
    }

    struct Settings: Encodable {
        let httpMethod = "POST"
        /// The scrape interval: without it `$__rate_interval` is too short for slow scrapes.
        let timeInterval: String
    }
}

/// https://grafana.com/docs/grafana/latest/administration/provisioning/#dashboards
private struct DashboardProvisioning: Encodable {
    let apiVersion = 1
    let providers: [Provider]

    struct Provider: Encodable {
        let name: String
        let type = "file"
        let disableDeletion = true
        let allowUiUpdates = false
        let options = Options()
    }

    struct Options: Encodable {
        /// Where `dashboards/` is to be copied or mounted.
        let path = "/var/lib/grafana/dashboards"
    }
}
