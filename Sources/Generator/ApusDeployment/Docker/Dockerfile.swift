import ApusFiles
import ApusTopology

/// The images of the fleet's own executables: one that compiles both, and one for each to run in.
package struct Dockerfile {
    let fleet: Fleet

    /// The toolchain's image; its Debian is that of the images to run in, so that libraries have the same versions.
    static let toolchain = "swift:6.3.1-bookworm"
    static let base = "debian:12-slim"
    package static let buildPackages = [
        "binutils", "libpcre2-dev", "libsqlite3-dev", "libsystemd-dev", "libzstd-dev", "zlib1g-dev",
    ]
    /// Of both executables: the Swift runtime is in them. TLS of deliveries needs the roots.
    package static let runtimePackages = [
        "ca-certificates", "libgcc-s1", "libpcre2-8-0", "libstdc++6", "libsystemd0", "libzstd1", "zlib1g",
    ]
    /// Of `apus` alone.
    package static let storePackages = ["libsqlite3-0"]

    var text: PlacedText {
        var text = PlacedText()
        text.add("# Written by `apus generate`: change the topology instead.")
        text.add("# From the root of the source tree:")
        text.add("#     docker build --file deploy/docker/Dockerfile --target apus --tag apus:\(fleet.containers.tag) .")
        text.add(
            "#     docker build --file deploy/docker/Dockerfile --target apus-agent --tag apus-agent:\(fleet.containers.tag) .")
        text.addBlankLine()
        addBuild(to: &text)
        addRuntime(to: &text)
        addAgent(to: &text)
        addServices(to: &text)
        if let database = fleet.databases.first(where: { $0.pooler != nil }) { addPooler(of: database, to: &text) }
        return text
    }

    private func addBuild(to text: inout PlacedText) {
        text.add("FROM \(Self.toolchain) AS build")
        text.add(Self.install(Self.buildPackages))
        text.add(
            """
            WORKDIR /source
            COPY . .
            RUN swift build --configuration release --product apus \\
                && swift build --configuration release --product apus-agent \\
                && mkdir /out \\
                && strip -o /out/apus .build/release/apus \\
                && strip -o /out/apus-agent .build/release/apus-agent

            """)
    }

    /// What both images have: a user, and folders that are its own. A volume that is empty takes owner and mode from there.
    private func addRuntime(to text: inout PlacedText) {
        let installation = fleet.installation
        let user = ContainerImages.user
        text.add("FROM \(Self.base) AS runtime")
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
        text.add(labels("apus-agent", "Watches the services of a fleet and serves their metrics to Prometheus"))
        text.add("COPY --from=build /out/apus-agent /usr/bin/apus-agent")
        text.add("EXPOSE \(fleet.agents.port)", from: fleet.agents.place)
        text.add(
            """
            # The shell's own sockets: the image needs no program that only looks.
            HEALTHCHECK --interval=15s --timeout=5s --start-period=10s --retries=3 \\
                CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/\(fleet.agents.port) && printf 'GET /health/ready HTTP/1.0\\\\r\\\\n\\\\r\\\\n' >&3 && read -r -t 4 line <&3 && [[ $line == *' 200 '* ]]"]
            ENTRYPOINT ["/usr/bin/apus-agent"]
            """, from: fleet.agents.place)
        text.add("CMD [\"--listen\", \"0.0.0.0:\(fleet.agents.port)\", \"--journal\", \"off\"]", from: fleet.agents.place)
        text.addBlankLine()
    }

    /// Without a health check: an API is asked itself, a worker's agent is asked for it, and who starts the container knows which
    /// of them it is.
    private func addServices(to text: inout PlacedText) {
        text.add("FROM runtime AS apus")
        text.add("USER root")
        text.add(Self.install(Self.storePackages))
        text.add("USER \(ContainerImages.user):\(ContainerImages.user)")
        text.add(labels("apus", "A notification platform with its monitoring, and the generator of its configuration"))
        text.add("COPY --from=build /out/apus /usr/bin/apus")
        text.add("# No health check: an API answers for itself, for a worker its agent does; who starts one gives it.")
        text.add("ENTRYPOINT [\"/usr/bin/apus\"]\nCMD [\"--help\"]")
    }

    /// There is no official image of it; Debian 12 has the version that the configuration is for.
    private func addPooler(of database: Database, to text: inout PlacedText) {
        text.addBlankLine()
        text.add("FROM \(Self.base) AS apus-pgbouncer", from: database.place)
        text.add(
            Self.install(["pgbouncer=\(fleet.consumers.pgbouncer).*", "postgresql-client"]), from: fleet.consumers.place)
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

    private static func install(_ packages: [String]) -> String {
        """
        RUN apt-get update \\
            && apt-get install --yes --no-install-recommends \(packages.sorted().joined(separator: " ")) \\
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
