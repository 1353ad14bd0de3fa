import EventCatalog
import Foundation
import HostTesting
import Testing

/// What a user of Debian has of the package, from its installation to its end.
@Suite(.timeLimit(.minutes(4))) struct `The Debian package of the agent` {
    private static let packages = Result { try TemporaryFolder() }
    private static let first = Result { try DebianPackage.build(into: packages.get()) }

    @Test func `is the same for the same commit, and lintian has nothing to say`() throws {
        let package = try Self.first.get()
        let lintian = try Command.run("lintian", ["--allow-root", "--fail-on", "error,warning", package])
        #expect(lintian.passed && lintian.text == "", "\(lintian.text)")
        let libraries = try Command.run("dpkg-deb", ["--field", package, "Depends"]).output
        for library in ["libc6 (>= ", "libpcre2-8-0 (>= ", "libsystemd0 (>= ", "libzstd1 (>= ", "zlib1g (>= "] {
            #expect(libraries.contains(library), "\(libraries)")
        }
        let other = try TemporaryFolder()
        let again = try DebianPackage.build(
            into: other, environment: ["TMPDIR": other.path, "TZ": "Asia/Tokyo", "LANG": "de_DE"])
        #expect(URL(fileURLWithPath: again).lastPathComponent == URL(fileURLWithPath: package).lastPathComponent)
        #expect(try Data(contentsOf: URL(fileURLWithPath: again)) == Data(contentsOf: URL(fileURLWithPath: package)))
    }

    @Test(
        arguments: [
            (["bin/none"], "“bin/none” is no executable: name the agent's, such as bin/apus-agent"),
            ([], "“” is no executable: name the agent's, such as bin/apus-agent"),
            (["--out", "x", "/bin/true"], "--out: the options are --version and --output"),
            (["--version"], "--version: write its value behind it"),
            (["--version", "v1", "/bin/true"], "“v1” is no version: write one such as 1.2 or 1.3-beta.1, by --version"),
            (["--version", "1/2", "/bin/true"], "“1/2” is no version: write one such as 1.2 or 1.3-beta.1, by --version"),
            (
                ["--version", "1.3-beta.1", "/usr/bin/false"],
                "“/usr/bin/false --generate-completion-script bash” fails: name the agent's executable, of this version"
            ),
        ])
    func `is refused in one line that says why`(arguments: [String], line: String) throws {
        let build = try Command.run(DebianPackage.builder, arguments)
        #expect(build.status == 1 && build.text == "build-deb: \(line)\n")
    }

    @Test func `serves once installed, forgets nothing over an upgrade, and leaves nothing when purged`() throws {
        let second = try DebianPackage.build("99.0", into: Self.packages.get())
        let host = try PackageHost()
        let before = try host.files()
        try host.install(try Self.first.get())
        try serves(host)
        try explains(host)
        try completes(host)
        try listensElsewhere(host)
        try upgrade(host, to: second)
        try comesBackAfterARemoval(host, second)
        try keepsTheAgentBesideAWrongFile(host, second)

        try host.purge()
        #expect(try host.files().symmetricDifference(before).sorted() == [])
        #expect(try host.host.run(["ls", "-d", "/run/apus", "/var/lib/apus-agent"]).output == "")
        #expect(try !host.isActive() && !host.isActive(PackageHost.socket))
        #expect(try host.property("LoadState") == "not-found")
        // Files elsewhere may be theirs.
        #expect(try host.run("getent", "passwd", "apus-agent").contains("/run/apus"))
        try installsWhereNothingMayBeStarted(host)
    }

    /// Watches nothing yet, but tells of the host, of systemd and of the journal.
    private func serves(_ host: PackageHost) throws {
        for unit in [PackageHost.service, PackageHost.socket] {
            #expect(try host.isActive(unit))
            #expect(try host.run("systemctl", "is-enabled", unit) == "enabled\n")
        }
        let told = try comesTrue(within: .seconds(30)) {
            let text = try host.scrape()
            return text.contains("apus_journal_up 1\n")
                && text.contains(#"systemd_unit_state{unit="apus-agent.service",state="active"} 1"#)
        }
        #expect(told)
        #expect(try host.scrape().contains("apus_agent_build_info{version="))
        #expect(
            try host.run("apus-agent", "--version")
                == host.run("dpkg-query", "--show", "--showformat=${Version}\n", DebianPackage.name))
        #expect(try host.run("apus-agent", "check-config", PackageHost.watchFile) == "0 groups\n")
        #expect(try host.starts() == 1)
    }

    /// By its manual page, which has every option, and by the explanations of its events.
    private func explains(_ host: PackageHost) throws {
        let page = try host.host.run(["man", "--warnings=w", "--encoding=ascii", "apus-agent"])
        #expect(page.passed && page.errors == "", "\(page.errors)")
        for command in [["apus-agent"], ["apus-agent", "check-config"]] {
            let help = try host.host.run(command + ["--help"]).output
            let options = Set(help.matches(of: /--[a-z][a-z-]*/).map { String($0.output) })
            #expect(options.count > 2)
            for option in options.sorted() { #expect(page.output.contains("\(option)"), "\(command)") }
        }
        #expect(page.output.contains("apus-agent check-config [options] path") && !page.output.contains("@"))
        let log = try host.run("journalctl", "--catalog", "--no-pager", "MESSAGE_ID=\(CataloguedEvent.agentReady.id)")
        #expect(log.contains("Subject: \(CataloguedEvent.agentReady.subject)"))
    }

    private func completes(_ host: PackageHost) throws {
        let bash = try host.host.run([
            "bash", "-c",
            """
            . /usr/share/bash-completion/bash_completion
            _completion_loader apus-agent
            complete -p apus-agent
            COMP_LINE='apus-agent --conf' COMP_POINT=17 COMP_WORDS=(apus-agent --conf) COMP_CWORD=1
            _apus-agent apus-agent --conf apus-agent
            echo "${COMPREPLY[@]}"
            """,
        ])
        #expect(bash.output == "complete -o filenames -F _apus-agent apus-agent\n--config\n", "\(bash.text)")
        let zsh = try host.host.run(["zsh", "-fc", "autoload -U compinit; compinit -u -D; echo $_comps[apus-agent]"])
        #expect(zsh.output == "_apus-agent\n", "\(zsh.text)")
    }

    /// By the steps of the manual page, with more options.
    private func listensElsewhere(_ host: PackageHost) throws {
        try host.run("ip", "address", "add", "192.0.2.7/32", "dev", "lo")
        let settings = "/etc/systemd/system/apus-agent.socket.d"
        func restart() throws {
            try host.run("systemctl", "daemon-reload")
            try host.run("systemctl", "stop", PackageHost.service, PackageHost.socket)
            try host.run("systemctl", "start", PackageHost.socket, PackageHost.service)
        }
        try host.write("ARGS=\"--watch-unit dbus.service --interval 1s\"\n", to: "/etc/default/apus-agent")
        try host.write("[Socket]\nListenStream=192.0.2.7:9480\nIPAddressAllow=any\n", to: "\(settings)/override.conf")
        try restart()
        for address in ["127.0.0.1", "192.0.2.7"] {
            #expect(try host.scrape("http://\(address):9480/metrics").contains("apus_agent_build_info"))
        }
        let watched = try comesTrue(within: .seconds(30)) {
            try host.scrape().contains(#"systemd_unit_state{unit="dbus.service",state="active"} 1"#)
        }
        #expect(watched)
        try host.run("rm", "-r", settings)
        try restart()
    }

    /// A service that reports, stands still meanwhile, so that nothing but what systemd keeps can bring back what it had counted.
    private func upgrade(_ host: PackageHost, to package: String) throws {
        try host.copy(BuiltProgram.path("reporting-service"), to: "/var/tmp/reporting-service")
        try host.run(
            "systemd-run", "--quiet", "--unit=formats", "--property=User=nobody", "--property=SupplementaryGroups=apus",
            "/var/tmp/reporting-service", "/run/apus/agent.sock")
        func counters() throws -> [Substring] {
            try host.scrape().split(separator: "\n").filter { $0.hasPrefix(#"formats_orders_total{service="formats","#) }
        }
        func isStored() throws -> Bool {
            let text = try host.scrape()
            return text.contains(/apus_agent_store_messages_total [1-9]/)
                && text.contains("apus_agent_store_waiting_messages 0\n")
        }
        let isStored = try comesTrue(within: .seconds(30)) { try isStored() }
        #expect(isStored)
        let counted = try counters()
        #expect(counted.count == 4)
        try host.run("systemctl", "kill", "--signal=STOP", "formats")
        try host.run(
            "systemd-run", "--quiet", "--unit=scrapes", "sh", "-c",
            """
            while [ ! -e /run/enough ]; do
                curl --silent --max-time 30 --output /dev/null --write-out '%{http_code} %{exitcode}\\n' http://127.0.0.1:9480/metrics
            done >> /run/scrapes
            """)

        let edited = try host.read(PackageHost.watchFile) + "  - service: shell\n    match:\n      executable: sh\n"
        try host.write(edited, to: PackageHost.watchFile)
        let (starts, process) = (try host.starts(), try host.property("MainPID"))
        try host.install(package)
        #expect(try host.run("dpkg-query", "--show", "--showformat=${Version}", DebianPackage.name) == "99.0")
        #expect(try host.property("MainPID") != process)
        #expect(try host.starts() == starts + 1)
        #expect(try host.read(PackageHost.watchFile) == edited)
        #expect(try counters() == counted)
        #expect(try host.scrape().contains(#"apus_service_up{service="shell",instance="shell"} 1"#))

        try host.run("touch", "/run/enough")
        let scrapes = Set(try host.read("/run/scrapes").split(separator: "\n"))
        #expect(scrapes == ["200 0"])
        try host.run("systemctl", "kill", "--signal=KILL", "formats")
    }

    /// What was configured is there again.
    private func comesBackAfterARemoval(_ host: PackageHost, _ package: String) throws {
        let edited = try host.read(PackageHost.watchFile)
        try host.run("dpkg", "--remove", DebianPackage.name)
        #expect(try !host.isActive() && !host.isActive(PackageHost.socket))
        #expect(try host.host.run(["ls", "/usr/bin/apus-agent", "/run/apus/agent.sock"]).output == "")
        try host.install(package)
        #expect(try host.read(PackageHost.watchFile) == edited)
        #expect(try host.run("systemctl", "is-enabled", PackageHost.service, PackageHost.socket) == "enabled\nenabled\n")
        #expect(try host.scrape().contains(#"apus_service_up{service="shell","#))
    }

    /// A file with an error stays as it is, and so does the agent, which would not start with it.
    private func keepsTheAgentBesideAWrongFile(_ host: PackageHost, _ package: String) throws {
        let process = try host.property("MainPID")
        try host.write("groups: [\n", to: PackageHost.watchFile)
        let told = try host.install(package)
        #expect(told.contains("\(PackageHost.watchFile):2:1: this is no YAML") && told.contains("mend its file"), "\(told)")
        #expect(try host.read(PackageHost.watchFile) == "groups: [\n")
        #expect(try host.property("MainPID") == process)
        #expect(try host.scrape().contains(#"apus_service_up{service="shell","#))
    }

    /// In an image that is being made, by a policy that forbids it (policy-rc.d(8)), or without a systemd that runs.
    private func installsWhereNothingMayBeStarted(_ host: PackageHost) throws {
        let package = "/var/tmp/\(URL(fileURLWithPath: try Self.first.get()).lastPathComponent)"
        try host.write("#!/bin/sh\nexit 101\n", to: "/usr/sbin/policy-rc.d")
        try host.run("chmod", "755", "/usr/sbin/policy-rc.d")
        try host.run("dpkg", "--install", package)
        #expect(try !host.isActive() && !host.isActive(PackageHost.socket))
        try host.purge()
        try host.run("rm", "/usr/sbin/policy-rc.d")

        try host.run("unshare", "--mount", "sh", "-c", "mount -t tmpfs tmpfs /run && dpkg --install \(package)")
        #expect(try !host.isActive())
        // As at the next boot.
        try host.run("systemctl", "daemon-reload")
        try host.run("systemd-tmpfiles", "--create")
        try host.run("systemctl", "start", PackageHost.service)
        #expect(try host.scrape().contains("apus_agent_build_info"))
    }
}
