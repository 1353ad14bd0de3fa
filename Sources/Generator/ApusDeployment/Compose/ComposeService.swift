import ApusFiles

/// A container of a Compose file. What is nil is left out.
struct ComposeService: Encodable {
    var image: String
    var build: Build?
    var entrypoint: [String]?
    var command: [String]?
    var user: String?
    var environment: OrderedMapping?
    var secrets: [SecretMount]?
    var volumes: [String]?
    var tmpfs: [String]?
    var ports: [String]?
    var networks: OrderedEntries<Membership>?
    var networkMode: String?
    var pid: String?
    var cgroup: String?
    var processInit: Bool?
    var dependsOn: OrderedEntries<Dependency>?
    var healthcheck: Healthcheck?
    let restart = "unless-stopped"
    var stopGracePeriod: String?
    var readOnly = true
    let capDrop = ["ALL"]
    var capAdd: [String]?
    let securityOpt = ["no-new-privileges:true"]
    var pidsLimit: Int?
    var ulimits: Ulimits?
    var deploy: Deploy
    let logging = Logging()

    struct Build: Encodable {
        let context = ".."
        let dockerfile = "deploy/docker/Dockerfile"
        let target: String
    }

    struct SecretMount: Encodable {
        let source: String
        let target: String
    }

    struct Membership: Encodable {
        var aliases: [String]?
        var address: String?

        enum CodingKeys: String, CodingKey {
            case aliases
            case address = "ipv4_address"
        }
    }

    struct Dependency: Encodable {
        let condition: String

        static let healthy = Dependency(condition: "service_healthy")
        static let started = Dependency(condition: "service_started")
    }

    struct Healthcheck: Encodable {
        let test: [String]
        let interval = "15s"
        let timeout = "5s"
        let retries = 3
        var startPeriod = "20s"

        enum CodingKeys: String, CodingKey {
            case test, interval, timeout, retries
            case startPeriod = "start_period"
        }
    }

    struct Ulimits: Encodable {
        let nofile: Int
    }

    struct Deploy: Encodable {
        let resources: Resources

        struct Resources: Encodable { let limits: Limits }
        struct Limits: Encodable {
            let cpus: String
            let memory: String
        }
    }

    /// Docker keeps all of it otherwise.
    struct Logging: Encodable {
        let driver = "json-file"
        let options = OrderedMapping([("max-size", "10m"), ("max-file", "5")])
    }

    enum CodingKeys: String, CodingKey {
        case image, build, entrypoint, command, user, environment, secrets, volumes, tmpfs, ports, networks
        case networkMode = "network_mode"
        case pid, cgroup
        case processInit = "init"
        case dependsOn = "depends_on"
        case healthcheck, restart
        case stopGracePeriod = "stop_grace_period"
        case readOnly = "read_only"
        case capDrop = "cap_drop"
        case capAdd = "cap_add"
        case securityOpt = "security_opt"
        case pidsLimit = "pids_limit"
        case ulimits, deploy, logging
    }
}
