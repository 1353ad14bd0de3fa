import ApusDeployment
import ArgumentParser
import FleetCommands

/// `apus install-units`: the fleet as systemd runs it, put under the root of a host, an image or a package.
struct InstallUnitsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install-units",
        abstract: "Puts systemd's units, users and folders of the fleet, and the executables, where they belong.",
        discussion: """
            Each path is printed with what came of it, then what is to be done next. A file that is there with other contents is \
            not overwritten: nothing is installed, and the files are named. With --replace it is, and the former contents of a \
            unit or a configuration are kept as NAME.old.
            """)

    @Option(help: ArgumentHelp("The root of the file system to install into: / for this host.", valueName: "dir"))
    var root: String

    @Option(
        help: ArgumentHelp(
            """
            Executables go into its bin; what systemd reads into its lib when it is /usr or /usr/local, and into /etc \
            otherwise. (default: the fleet's, /usr)
            """, valueName: "dir"))
    var prefix: String?

    @Option(help: ArgumentHelp("The agent's executable. (default: apus-agent beside this one)", valueName: "path"))
    var agentExecutable: String?

    @Flag(help: "Replace files that have other contents.")
    var replace = false

    @OptionGroup var environment: EnvironmentArguments

    @OptionGroup var fleet: FleetArguments

    func run() async throws {
        let fleet = try fleet.fleet(in: environment)
        let executables = try FleetExecutables(agent: agentExecutable)
        let installation = try SystemdInstallation(
            fleet: fleet, prefix: prefix, executables: ["apus": executables.apus, "apus-agent": executables.agent])
        for file in try installation.install(under: root, changed: replace ? .replace : .refuse) { print(file) }
        print(nextSteps)
    }

    private var nextSteps: String {
        guard root == "/" else {
            return """

                Next, to start the fleet at the boot of \(root):
                    systemctl --root=\(root) enable apus.target
                Its first boot makes the users and folders.
                """
        }
        return """

            Next, as root:
                systemd-sysusers apus.conf
                systemd-tmpfiles --create apus.conf
                systemctl daemon-reload
                journalctl --update-catalog
                systemctl enable --now apus.target
            """
    }
}
