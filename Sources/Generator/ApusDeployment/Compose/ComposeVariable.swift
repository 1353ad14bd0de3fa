/// What differs between environments without changing the fleet: variables that the Compose file names, with what holds when
/// nobody sets them.
enum ComposeVariable: String, CaseIterable {
    case registry = "APUS_REGISTRY"
    case tag = "APUS_TAG"
    case logLevel = "APUS_LOG_LEVEL"
    case publicAddress = "APUS_PUBLIC_ADDRESS"
    case operatorAddress = "APUS_OPERATOR_ADDRESS"
    case secrets = "APUS_SECRETS"

    /// As a Compose file has it. Without a value Compose stops, and says which one is missing; a registry may be none.
    var reference: String {
        switch self {
        case .registry: "${\(rawValue)-}"
        case .tag, .logLevel, .publicAddress, .operatorAddress, .secrets:
            "${\(rawValue):?give --env-file, such as env/production/compose.env}"
        }
    }

    /// For the reader of an environment file.
    var remark: String {
        switch self {
        case .registry: "Before the names of the fleet's own images, with a slash at its end; empty for images of this machine."
        case .tag: "The tag of the fleet's own images."
        case .logLevel: "The least severe events that services log: debug, info, notice, warning or error."
        case .publicAddress: "The address of this host at which clients reach the load balancer."
        case .operatorAddress: "The address of this host at which operators reach Prometheus, Alertmanager and Grafana."
        case .secrets: "The folder of the files with passwords, from the folder of the Compose file unless it is absolute."
        }
    }
}
