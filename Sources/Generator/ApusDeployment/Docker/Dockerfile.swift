import AgentMetrics
import ApusFiles
package import ApusTopology

/// The images of the fleet's own executables: one that compiles all, and one for each to run in.
package struct Dockerfile {
    let fleet: Fleet

    /// The toolchain's image; its Debian is that of the images to run in, so that libraries have the same versions.
    static let toolchain = "swift:6.3.1-bookworm"
    static let base = "debian:12-slim"
    package static let buildPackages = [
        "binutils", "libcrypt-dev", "libpcre2-dev", "libpq-dev", "libsqlite3-dev", "libsystemd-dev", "libyaml-dev",
        "libzstd-dev", "zlib1g-dev",
    ]
    /// The packages that all executables need: the Swift runtime is in them, TLS needs the roots.
    package static let runtimePackages = [
        "ca-certificates", "libgcc-s1", "libpcre2-8-0", "libstdc++6", "libsystemd0", "libzstd1", "zlib1g",
    ]

    /// The packages that the agent loads libraries from, by what its probes ask. An agent of a fleet without probes can be given a file
    /// of somebody's own, which may ask anything.
    package var agentPackages: [String] {
        let libraries = fleet.probes.isEmpty ? Set(ProbeLibrary.allCases) : fleet.probeLibraries
        return libraries.map(\.package).sorted()
    }

    /// The executables of the fleet's own package, each once.
    package var executables: [ServiceExecutable] {
        var seen: Set<String> = []
        return fleet.startedServices.filter { fleet.path(of: $0) == nil }.map { fleet.command(of: $0).executable }.filter {
            seen.insert($0.name).inserted
        }
    }

    package init(fleet: Fleet) { self.fleet = fleet }

    var text: PlacedText {
        var text = PlacedText()
        text.add("# Written by `apus generate`: change the topology instead.")
        text.add("# From the root of the source tree:")
        for name in names {
            text.add(
                "#     docker build --file deploy/docker/Dockerfile --target \(name) --tag \(name):\(fleet.containers.tag) .")
        }
        text.addBlankLine()
        addBuild(to: &text)
        addRuntime(to: &text)
        addAgent(to: &text)
        for (index, executable) in executables.enumerated() {
            if index > 0 { text.addBlankLine() }
            add(executable, to: &text)
        }
        if let database = fleet.databases.first(where: { $0.pooler != nil }) { addPooler(of: database, to: &text) }
        return text
    }

    /// Each function has a section, so that the linker can put those of the agent side by side that it uses.
    private static let sections = "-Xswiftc -Xfrontend -Xswiftc -function-sections -Xcc -ffunction-sections"

    private var images: ContainerImages { ContainerImages(fleet: fleet) }
    private var names: [String] { executables.map(\.name) + [ProcessCommand.agentExecutable] }

    private func addBuild(to text: inout PlacedText) {
        text.add("FROM \(images.pinned(Self.toolchain)) AS build")
        text.add(Self.install(Self.buildPackages + executables.flatMap(\.buildPackages)))
        let steps =
            names.map { "swift build --configuration release --disable-local-rpath \(Self.sections) --product \($0)" }
            + ["mkdir /out"]
            + names.map { "strip -o /out/\($0) .build/release/\($0)" }
        text.add(
            """
            WORKDIR /source
            COPY . .
            RUN \(steps.joined(separator: " \\\n    && "))

            """)
    }

    /// What both images have: a user, and folders that are its own. A volume that is empty takes owner and mode from there.
    private func addRuntime(to text: inout PlacedText) {
        let installation = fleet.installation
        let user = ContainerImages.user
        text.add("FROM \(images.pinned(Self.base)) AS runtime")
        text.add(Self.install(Self.runtimePackages))
        text.add("# One user for services and agents: who reads another user's /proc needs a privilege.")
        text.add(
            """
            RUN groupadd --gid \(user) apus \\
                && useradd --uid \(user) --gid \(user) --no-create-home --home-dir / --shell /usr/sbin/nologin apus \\
                && install --directory --owner=apus --group=apus --mode=0750 \(installation.stateFolder) \(installation.runtimeFolder)
            """, from: installation.place)
        text.add("USER \(user):\(user)\nWORKDIR /")
        text.addBlankLine()
    }

    private func addAgent(to text: inout PlacedText) {
        text.add("FROM runtime AS apus-agent")
        if !agentPackages.isEmpty {
            let places = fleet.probes.filter { $0.target.library != nil }.map(\.place)
            text.add("# What probes of databases load when they are first asked.")
            text.add("USER root\n\(Self.install(agentPackages))", from: places.first ?? fleet.agents.place)
            text.add("USER \(ContainerImages.user):\(ContainerImages.user)")
        }
        text.add(labels("apus-agent", "Watches the services of a fleet and serves their metrics to Prometheus"))
        text.add("COPY --from=build /out/apus-agent /usr/bin/apus-agent")
        text.add("EXPOSE \(fleet.agents.port)", from: fleet.agents.place)
        let check = ShellCheck.answers(port: fleet.agents.port, path: "/health/ready")
        text.add(
            """
            # The shell's own sockets: the image needs no program that only looks.
            HEALTHCHECK --interval=15s --timeout=5s --start-period=10s --retries=3 \\
                CMD \(Self.list(["bash", "-c", check]))
            ENTRYPOINT ["/usr/bin/apus-agent"]
            """, from: fleet.agents.place)
        text.add("CMD \(Self.list(ProcessCommand.agentImage(of: fleet).arguments))", from: fleet.agents.place)
        text.addBlankLine()
    }

    /// Without a health check: an API is asked itself, a worker's agent is asked for it, and who starts the container knows which
    /// of them it is.
    private func add(_ executable: ServiceExecutable, to text: inout PlacedText) {
        let name = executable.name
        text.add("FROM runtime AS \(name)")
        if !executable.packages.isEmpty {
            text.add("USER root")
            text.add(Self.install(executable.packages))
            text.add("USER \(ContainerImages.user):\(ContainerImages.user)")
        }
        text.add(labels(name, executable.summary.isEmpty ? "Runs services of the fleet \(fleet.name)" : executable.summary))
        text.add("COPY --from=build /out/\(name) /usr/bin/\(name)")
        text.add("# No health check: an API answers for itself, for a worker its agent does; who starts one gives it.")
        text.add("ENTRYPOINT [\"/usr/bin/\(name)\"]\nCMD [\"--help\"]")
    }

    /// There is no official image of it; Debian 12 has the version that the configuration is for.
    private func addPooler(of database: Database, to text: inout PlacedText) {
        text.addBlankLine()
        text.add("FROM \(images.pinned(Self.base)) AS apus-pgbouncer", from: database.place)
        text.add(
            Self.install(["pgbouncer=\(fleet.tools.pgbouncer).*", "postgresql-client"]), from: fleet.tools.place)
        text.add(labels("apus-pgbouncer", "pgbouncer before the databases of a fleet"))
        text.add(
            """
            USER \(ContainerImages.user):\(ContainerImages.user)
            STOPSIGNAL SIGINT
            ENTRYPOINT ["/usr/sbin/pgbouncer"]
            CMD ["/etc/pgbouncer/pgbouncer.ini"]
            """, from: database.place)
    }

    private func labels(_ title: String, _ description: String) -> String {
        """
        LABEL org.opencontainers.image.title="\(title)" \\
            org.opencontainers.image.description="\(description)" \\
            org.opencontainers.image.version="\(fleet.containers.tag)"
        """
    }

    /// Words as a Dockerfile has them, a list of JSON.
    private static func list(_ words: [String]) -> String {
        let quoted = words.map { "\"\($0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\"" }
        return "[\(quoted.joined(separator: ", "))]"
    }

    private static func install(_ packages: [String]) -> String {
        """
        RUN apt-get update \\
            && apt-get install --yes --no-install-recommends \(Set(packages).sorted().joined(separator: " ")) \\
            && rm -rf /var/lib/apt/lists/*
        """
    }

    /// Everything but what is compiled: the package names its tests too, and is refused without their folders.
    static let ignored = """
        # Written by `apus generate`: change the topology instead.
        *
        !Package.swift
        !Package.resolved
        !Sources
        !Tests

        """
}
