import AgentMetrics
import ApusDeployment
import ApusFiles
import ApusGenerator
import ApusTopology
import DeliveryWorker
import Foundation
import NotificationAPI
import NotificationFleet
import Testing

/// A setting of the topology, and where it has to arrive.
private struct Setting: Sendable, CustomTestStringConvertible {
    /// `Type.field`, as declared.
    let name: String
    /// The processes that must be told.
    let processes: Set<Process>
    let option: String
    let value: @Sendable (ProcessPlacement) -> String
    let part: any FleetPart

    enum Process: Sendable { case api, worker, agent }

    init(
        _ name: String, _ part: any FleetPart, in processes: Set<Process>, _ option: String,
        _ value: @escaping @Sendable (ProcessPlacement) -> String
    ) {
        self.name = name
        self.processes = processes
        self.option = option
        self.value = value
        self.part = part
    }

    var testDescription: String { name }
}

@Suite struct `The command line of a process` {
    private static let placements = ProcessPlacement.allCases

    private static func fleet(_ agents: AgentPlacement, _ parts: [any FleetPart] = []) -> Fleet {
        Fleet("mail", host: "127.0.0.2") {
            FleetService("api", role: .api, program: APIProgram()) {
                Instance("api-1", port: 3001, metricsPort: 9101)
            }
            FleetService("worker", role: .worker, program: WorkerProgram()) { Instance("worker-1", metricsPort: 9091) }
            Agents(agents)
        }.replacing(parts)
    }

    private static func folder(_ placement: ProcessPlacement, _ other: String) -> String {
        placement == .child ? CommandLines.folder : other
    }

    private static let settings: [Setting] = [
        Setting("DeliverySettings.batchSize", DeliverySettings(batchSize: 37), in: [.worker], "--batch-size") { _ in "37" },
        Setting("DeliverySettings.lease", DeliverySettings(lease: .seconds(660)), in: [.worker], "--lease-duration") { _ in
            "11m"
        },
        Setting(
            "DeliverySettings.pollInterval", DeliverySettings(pollInterval: .milliseconds(700)), in: [.worker],
            "--poll-interval"
        ) { _ in "700ms" },
        Setting("DataFolder.database", DataFolder(database: "mail.sqlite"), in: [.api, .worker], "--store") { _ in
            "sqlite:mail.sqlite"
        },
        Setting(
            "ConnectionBudget.perInstance", ConnectionBudget(perInstance: 7, minimum: 1), in: [.api, .worker], "--connections"
        ) { _ in "7" },
        Setting(
            "ConnectionBudget.minimum", ConnectionBudget(perInstance: 1, minimum: 16), in: [.api, .worker], "--connections"
        ) { _ in "8" },
        Setting(
            "ConnectionBudget.maximum", ConnectionBudget(perInstance: 9, minimum: 1, maximum: 6), in: [.api, .worker],
            "--connections"
        ) { _ in "3" },
        Setting("Agents.samplingInterval", Agents(samplingInterval: .seconds(4)), in: [.agent], "--interval") { _ in "4s" },
        Setting("Agents.port", Agents(port: 9555), in: [.agent], "--listen") {
            ProcessPlacement.containers.contains($0) ? "0.0.0.0:9555" : "127.0.0.2:9555"
        },
        Setting("DataFolder.agentSocketStem", DataFolder(agentSocketStem: "reports"), in: [.api, .worker], "--agent-socket") {
            "\(folder($0, "/run/apus"))/reports.sock"
        },
        Setting("DataFolder.agentSocketStem", DataFolder(agentSocketStem: "reports"), in: [.agent], "--socket") {
            "\(folder($0, "/run/apus"))/reports.sock"
        },
        Setting("Installation.stateFolder", Installation(stateFolder: "/srv/mail"), in: [.api, .worker], "--data") {
            folder($0, "/srv/mail")
        },
        Setting("Installation.runtimeFolder", Installation(runtimeFolder: "/run/mail"), in: [.api, .worker], "--agent-socket") {
            "\(folder($0, "/run/mail"))/agent.sock"
        },
        Setting("Installation.runtimeFolder", Installation(runtimeFolder: "/run/mail"), in: [.agent], "--socket") {
            "\(folder($0, "/run/mail"))/agent.sock"
        },
        Setting("Agents.socketBudget", Agents(.perHost, socketBudget: .milliseconds(7)), in: [.agent], "--socket-budget") { _ in
            "7ms"
        },
        Setting(
            "Instance.port",
            FleetService("api", role: .api, program: APIProgram()) { Instance("api-1", port: 4711, metricsPort: 9101) },
            in: [.api], "--port"
        ) { _ in "4711" },
    ]

    @Test(arguments: settings, placements)
    private func `has each setting that the process obeys, wherever it runs`(setting: Setting, placement: ProcessPlacement)
        throws
    {
        let lines = try CommandLines(of: Self.fleet(.perHost, [setting.part]), at: placement).byProcess
        let unchanged = try CommandLines(of: Self.fleet(.perHost), at: placement).byProcess
        let value = setting.value(placement)
        for process in setting.processes {
            let name =
                switch process {
                case .api: "api-1"
                case .worker: "worker-1"
                case .agent: placement == .kubernetes ? "agent-worker-1" : "agent"
                }
            #expect(lines[name]?.values(of: setting.option) == [value], "\(name): \(lines[name] ?? [])")
            // Otherwise the value proves nothing; where a process takes its folder from `apus up`, it is no setting.
            if !(placement == .child && setting.name.hasPrefix("Installation.")) {
                #expect(unchanged[name]?.values(of: setting.option) != [value])
            }
        }
    }

    /// What is no matter of a command line, each with the reason.
    private static let elsewhere: [String: String] = [
        "Agents.placement": "decides which agents there are", "Agents.reportPort": "no service of this fleet reports over HTTP",
        "Agents.limits": "systemd and the containers' runtime keep them",
        "Installation.agentUser": "systemd starts the process as it",
        "Installation.serviceUser": "systemd starts the process as it",
        "Installation.prefix": "the executable is below it",
    ]

    @Test func `is tested with every field of the parts that processes obey`() {
        let parts: [any FleetPart] = [DeliverySettings(), DataFolder(), ConnectionBudget(), Agents(), Installation()]
        let known = Set(Self.settings.map(\.name)).union(Self.elsewhere.keys)
        for part in parts {
            for field in Mirror(reflecting: part).children.compactMap(\.label) where field != "place" {
                #expect(known.contains("\(type(of: part)).\(field)"), "nothing tests whether it reaches a process")
            }
        }
    }

    @Test(arguments: AgentPlacement.allCases, placements)
    func `names the instance, and its agent expects it at its socket`(agents: AgentPlacement, placement: ProcessPlacement)
        throws
    {
        let lines = try CommandLines(of: Self.fleet(agents), at: placement).byProcess
        for (service, instance) in [("api", "api-1"), ("worker", "worker-1")] {
            let process = try #require(lines[instance])
            #expect(process.values(of: "--instance") == [instance])
            let isBeside = agents == .besideEachInstance || placement == .kubernetes
            let agent = try #require(lines[isBeside ? "agent-\(instance)" : "agent"])
            #expect(agent.values(of: "--socket") == process.values(of: "--agent-socket"))
            if placement == .systemd, agents == .perHost {
                #expect(agent.values(of: "--expect-file") == ["/etc/apus/agent.expect"])
            } else {
                #expect(agent.values(of: "--expect").contains("\(service)/\(instance)"))
            }
        }
    }
}

/// A fleet of somebody else, whose processes are started in their own way.
@Suite struct `A program of a user's own` {
    private static func fleet(_ program: ServiceCommand) -> Fleet {
        Fleet("shop", host: "127.0.0.2") {
            FleetService("checkout", role: .api, program: program) {
                Instance("checkout-1", port: 8001, metricsPort: 9101)
            }
            FleetService("packing", role: .worker) { Instance("packing-1", metricsPort: 9111) }
        }
    }

    private static let program = ServiceCommand(
        "shop",
        arguments: [
            ["checkout"], ["--listen", "\(.host):\(.port)"], ["--name", "\(.instance)"], ["--reports", "\(.agentSocket)"],
            ServiceArgument("--color", in: [.child]),
        ], environment: ["SHOP_DATA": "\(.dataFolder)/checkout"], stopGrace: .seconds(33))

    @Test(arguments: ProcessPlacement.allCases)
    func `starts its processes everywhere, and no other does`(placement: ProcessPlacement) throws {
        let lines = try CommandLines(of: Self.fleet(Self.program), at: placement).byProcess
        let host = ProcessPlacement.containers.contains(placement) ? "0.0.0.0" : "127.0.0.2"
        let sockets = placement == .child ? CommandLines.folder : "/run/apus"
        #expect(
            lines["checkout-1"]
                == ["checkout", "--listen", "\(host):8001", "--name", "checkout-1", "--reports", "\(sockets)/agent.sock"]
                + (placement == .child ? ["--color"] : []))
        // Nothing is said of a port where there is none.
        #expect(lines["packing-1"] == ["--instance", "packing-1", "--agent-socket", "\(sockets)/agent.sock"])
    }

    @Test func `has its executable, its variables and its time to stop in every file`() throws {
        let files = Dictionary(
            uniqueKeysWithValues: try Self.fleet(Self.program).generatedFiles().map { ($0.path, $0.contents) })
        let unit = try #require(files["deploy/systemd/apus-checkout@.service"])
        #expect(unit.contains("ExecStart=/usr/bin/shop \\\n    checkout \\\n"))
        #expect(unit.contains("Environment=SHOP_DATA=/var/lib/apus/checkout\n"))
        #expect(unit.contains("TimeoutStopSec=33s\n"))
        #expect(unit.contains("Type=exec\n") && !unit.contains("WatchdogSec"))
        let compose = try #require(files["deploy/docker-compose.yml"])
        #expect(compose.contains("SHOP_DATA: /var/lib/apus/checkout") && compose.contains("stop_grace_period: 33s"))
        #expect(compose.contains("shop:${APUS_TAG") && compose.contains("target: shop"))
        let pods = try #require(files["deploy/kubernetes/service-checkout.yaml"])
        #expect(pods.contains("terminationGracePeriodSeconds: 48") && pods.contains("image: shop:"))
        #expect(pods.contains("SHOP_DATA"))
        let docker = try #require(files["deploy/docker/Dockerfile"])
        #expect(docker.contains("--product shop ") && docker.contains("FROM runtime AS packing"))
        for (path, contents) in files where path.hasPrefix("deploy/") {
            #expect(!contents.contains("/usr/bin/apus \\") && !contents.contains("--lease-duration"), "\(path)")
        }
        let fleet = Self.fleet(Self.program)
        let child = ProcessCommand.child(fleet.services[0].instances[0], of: fleet.services[0], in: fleet, folder: "data")
        #expect(child.stopGrace == .seconds(33) && child.executable == "shop")
        #expect(child.environment.map(\.value) == ["data/checkout"])
        #expect(child.readiness == .succeeds(url: "http://127.0.0.2:8001/health/ready"))
    }

    /// The generated files of a fleet with a worker, by their paths.
    private static func files(worker: ServiceCommand) throws -> [String: String] {
        let fleet = Fleet("shop") {
            FleetService("packing", role: .worker, program: worker) { Instance("packing-1", metricsPort: 9111) }
        }
        return Dictionary(uniqueKeysWithValues: try fleet.generatedFiles().map { ($0.path, $0.contents) })
    }

    @Test func `is asked for its health in the words of its probe alone`() throws {
        let files = try Self.files(worker: ServiceCommand("shop", arguments: [["packing"]], probe: ["shop", "probe"]))
        let pods = try #require(files["deploy/kubernetes/service-packing.yaml"])
        let question = "shop probe http://127.0.0.1:9480/health --instance packing/$HOSTNAME"
        #expect(pods.contains("- exec \(question)\n") && !pods.contains("\(question) "))
        // An agent that does not answer would restart it without end.
        #expect(pods.components(separatedBy: "livenessProbe").count == 2, "the agent's alone")
        let compose = try #require(files["deploy/docker-compose.yml"])
        let words = ["shop", "probe", "http://agent:9480/health", "--instance", "packing/packing-1"]
        #expect(compose.contains(words.map { "      - \($0)\n" }.joined() + "      interval"))
        #expect(!files.values.contains { $0.contains("--pass-unanswered") })
    }

    @Test func `is restarted for its health when its probe can tell an agent that does not answer`() throws {
        let probe = ServiceProbe(["shop", "probe"], passUnanswered: "--or-silence")
        let files = try Self.files(worker: ServiceCommand("shop", arguments: [["packing"]], probe: probe))
        let pods = try #require(files["deploy/kubernetes/service-packing.yaml"])
        let liveness = try #require(pods.components(separatedBy: "livenessProbe:").last)
        #expect(
            liveness.contains("exec shop probe http://127.0.0.1:9480/health --instance packing/$HOSTNAME --or-silence\n"))
        #expect(pods.components(separatedBy: "--or-silence").count == 2)
    }

    @Test func `is asked about by a shell when it has no probe and reports to an agent`() throws {
        let report: ServiceArgument = ["--reports", "\(.agentSocket)"]
        for (arguments, isAsked) in [([report], true), ([["packing"]], false)] as [([ServiceArgument], Bool)] {
            let files = try Self.files(worker: ServiceCommand("shop", arguments: arguments))
            let pods = try #require(files["deploy/kubernetes/service-packing.yaml"])
            #expect(pods.contains("/dev/tcp/127.0.0.1/9480") == isAsked && pods.contains("readinessProbe") == isAsked)
            // Nothing is started again on a check that its fleet does not declare.
            #expect(!pods.contains("startupProbe") && pods.components(separatedBy: "livenessProbe").count == 2)
            #expect(files["deploy/docker-compose.yml"]?.contains("/dev/tcp/agent/9480") == isAsked)
        }
    }

    @Test func `is named when it is a probe without words`() {
        let faults = Self.fleet(ServiceCommand("shop", arguments: [], probe: [])).faults
        #expect(
            faults.map { String($0.description.split(separator: ": ", maxSplits: 1).last ?? "") } == [
                "the probe of checkout has no command: name its executable, or give no probe"
            ])
    }

    @Test(arguments: ["a b", "50%", "$HOME", "it's", "back\\slash"])
    func `holds no word that systemd or a shell reads as more than a word`(word: String) {
        let commands = [
            ServiceCommand("shop", arguments: [["\(word)"]]), ServiceCommand("shop", arguments: [], probe: ["shop", word]),
            ServiceCommand("shop", arguments: [], probe: ServiceProbe(["shop"], passUnanswered: word)),
        ]
        for faults in commands.map({ Self.fleet($0).faults }) {
            #expect(
                faults.map { String($0.description.split(separator: ": ", maxSplits: 1).last ?? "") } == [
                    "the argument, variable or word of a probe “\(word)” of checkout is illegal: write it without white space, quotes, % $ ` and backslashes"
                ])
        }
    }
}

@Suite struct `The time for a stop` {
    @Test func `is more than each process takes at most`() throws {
        let fleet = notificationFleet()
        let limits: [ServiceRole: Duration] = [
            .api: APIConfiguration(instance: "api-1").stopLimit, .worker: WorkerConfiguration().stopLimit,
        ]
        for service in fleet.services {
            let command = ProcessCommand.child(service.instances[0], of: service, in: fleet, folder: "data")
            #expect(command.stopGrace > (try #require(limits[service.role])), "\(service.name)")
        }
        let agent = ProcessCommand.child(agent: fleet.agentEndpoints[0], in: fleet, folder: "data")
        #expect(agent.stopGrace == AgentLimits.stopGrace && agent.stopGrace > AgentLimits.drain)
    }

    @Test func `is one wherever a process runs`() throws {
        let fleet = notificationFleet()
        let files = Dictionary(uniqueKeysWithValues: try fleet.generatedFiles().map { ($0.path, $0.contents) })
        let compose = try #require(files["deploy/docker-compose.yml"])
        let agent = ProcessCommand.child(agent: fleet.agentEndpoints[0], in: fleet, folder: "data").stopGrace
        func expect(_ grace: Duration, of process: String, unit: String) {
            #expect(files["deploy/systemd/\(unit)"]?.contains("TimeoutStopSec=\(grace.argument)\n") == true, "\(unit)")
            let container = compose.components(separatedBy: "\n  \(process):\n").last?.components(separatedBy: "\n  \n").first
            let line = container?.split(separator: "\n").first { $0.contains("stop_grace_period") }
            #expect(line == "    stop_grace_period: \(grace.argument)", "\(process)")
        }
        expect(agent, of: "agent", unit: "apus-agent.service")
        for service in fleet.services {
            let grace = ProcessCommand.child(service.instances[0], of: service, in: fleet, folder: "data").stopGrace
            expect(grace, of: service.instances[0].name, unit: "apus-\(service.name)@.service")
            let pods = try #require(files["deploy/kubernetes/service-\(service.name).yaml"])
            let seconds = (grace + agent + .seconds(5)).components.seconds
            #expect(pods.contains("terminationGracePeriodSeconds: \(seconds)\n"))
        }
    }
}
