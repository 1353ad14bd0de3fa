import AgentMetrics
import ApusDeployment
import ApusFiles
import ApusGenerator
import ApusTopology
import Foundation
import GeneratorTesting
import HostTesting
import Testing

/// By hand, for want of a builder: what a linter of Dockerfiles would look for, and what Debian says of the packages.
@Suite struct `The Dockerfile` {
    private static func stages(_ fleet: Fleet = shopFleet()) throws -> [(head: String, body: String)] {
        let file = try #require(try FileKind.docker.files(for: fleet).first { $0.path == "deploy/docker/Dockerfile" })
        return file.contents.components(separatedBy: "\nFROM ").dropFirst().map { stage in
            let lines = stage.split(separator: "\n", maxSplits: 1)
            return (String(lines[0]), lines.count > 1 ? String(lines[1]) : "")
        }
    }

    @Test func `pins what its images are made of, and lets no process be root`() throws {
        let stages = try Self.stages()
        #expect(
            stages.map(\.head) == [
                "swift:6.3.1-bookworm AS build", "debian:12-slim AS runtime", "runtime AS apus-agent", "runtime AS shop",
                "debian:12-slim AS apus-pgbouncer",
            ])
        for stage in stages.dropFirst(2) {
            let users = stage.body.split(separator: "\n").filter { $0.hasPrefix("USER ") }
            #expect(users.last == "USER 10001:10001" || (users.isEmpty && stage.head.hasPrefix("runtime")), "\(stage.head)")
            #expect(stage.body.contains("ENTRYPOINT [\"/"))
            #expect(stage.body.contains("org.opencontainers.image.title="))
        }
        #expect(stages[1].body.contains("USER 10001:10001"))
        for stage in stages where stage.body.contains("apt-get install") {
            #expect(stage.body.contains("--no-install-recommends") && stage.body.contains("rm -rf /var/lib/apt/lists/*"))
        }
    }

    @Test func `and the Compose file name images by the digests that the topology has`() throws {
        let images = try Self.imagesOfOthers(shopFleet())
        #expect(images.count > 5)
        #expect(
            images.filter { !Containers.imagesOfOthers.contains(Self.name(of: $0)) } == [], "digests cannot be given for these")
        // A version each, and none of them the latest.
        #expect(images.filter { !$0.contains(":") || $0.hasSuffix(":latest") } == [])
        let digest = "sha256:" + String(repeating: "0a", count: 32)
        let all = Dictionary(uniqueKeysWithValues: Containers.imagesOfOthers.map { ($0, digest) })
        let pinned = try Self.imagesOfOthers(shopFleet().replacing([Containers(digests: all)]))
        #expect(pinned == images.map { "\($0)@\(digest)" })
    }

    /// The images of others in the Compose file and in the Dockerfile.
    private static func imagesOfOthers(_ fleet: Fleet) throws -> [String] {
        let compose = try #require(try FileKind.compose.files(for: fleet).first { $0.path == "deploy/docker-compose.yml" })
        let used = compose.contents.split(separator: "\n").compactMap { line -> String? in
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\"" || $0 == "'" })
            return words.first == "image:" && words.count == 2 ? String(words[1]) : nil
        }
        let bases = try stages(fleet).map { String($0.head.prefix { $0 != " " }) }.filter { $0 != "runtime" }
        // Those of the fleet itself are named by variables.
        return used.filter { !$0.contains("$") } + bases
    }

    private static func name(of image: String) -> String { String(image.prefix { $0 != ":" }) }

    @Test func `names packages that Debian has`() throws {
        let own = Dockerfile(fleet: shopFleet()).executables.flatMap { $0.buildPackages + $0.packages }
        #expect(!own.isEmpty)
        for package in Dockerfile.buildPackages + Dockerfile.runtimePackages + own {
            let known = try Command.run("apt-cache", ["policy", package])
            #expect(known.output.contains("Candidate: ") && !known.output.contains("Candidate: (none)"), "\(package)")
        }
    }

    @Test(
        arguments: [
            (.postgreSQL("orders"), ["libpq5"]), (.pgBouncer("orders-pool"), ["libpq5"]),
            (.sql("a", in: .postgreSQL("orders"), gauges: [unpaid]), ["libpq5"]),
            (.sql("a", in: .sqlite("/srv/a.sqlite"), gauges: [unpaid]), ["libsqlite3-0"]),
            (.file("a", at: "/srv/a", olderThan: .seconds(60)), []), (.unix("a", path: "/run/a.sock"), []),
            (.tcp("a", host: "127.0.0.1", port: 1), []), (.http("a", url: "http://127.0.0.1/"), []),
            (.redis("sessions"), []), (.rabbitMQ("rabbit"), []), (.health(of: "web"), []), (nil, ["libpq5", "libsqlite3-0"]),
        ] as [(ProbedTarget?, [String])])
    func `has in the agent's image what its probes load`(target: ProbedTarget?, packages: [String]) throws {
        let fleet = Fleet("f") {
            FleetService("web", role: .api) { Instance("web-1", port: 3001, metricsPort: 9091) }
            Database("orders", pooler: Pooler("orders-pool"))
            Broker("rabbit", queues: [BrokerQueue("orders-new", consumers: "web")])
            Cache("sessions")
            if let target { FleetProbe(target) }
        }
        #expect(fleet.faults == [])
        let stage = try #require(try Self.stages(fleet).first { $0.head == "runtime AS apus-agent" })
        let installed =
            stage.body.split(separator: "\n").first { $0.contains("apt-get install") }
            .map { $0.split(separator: " ").filter { $0.hasPrefix("lib") }.map(String.init) } ?? []
        #expect(installed == packages)
        #expect(stage.body.contains("USER root") == !packages.isEmpty)
        #expect(!packages.isEmpty == stage.body.contains("USER 10001:10001"))
    }

    private static let unpaid = SQLGauge(ProbedStores.invoices, query: "SELECT 1 AS value")

    @Test(arguments: ProbeLibrary.allCases)
    func `and Debian's package of the agent name packages that have the libraries`(library: ProbeLibrary) throws {
        let files = try Command.run("dpkg", ["-L", library.package])
        #expect(files.output.split(separator: "\n").contains { $0.hasSuffix("/\(library.rawValue)") }, "\(files.text)")
        let control = try String(contentsOfFile: "Packaging/debian/control", encoding: .utf8)
        let suggested = try #require(control.split(separator: "\n").first { $0.hasPrefix("Suggests: ") })
        #expect(suggested.contains(library.package))
    }

    @Test func `makes the folders of the topology, and no pooler without one`() throws {
        let fleet = Fleet("web") {
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            Installation(stateFolder: "/srv/mail", runtimeFolder: "/run/mail")
            Agents(port: 9999)
        }
        let stages = try Self.stages(fleet)
        #expect(!stages.contains { $0.head.contains("pgbouncer") })
        #expect(stages[1].body.contains("--mode=0750 /srv/mail /run/mail"))
        #expect(stages[2].body.contains("EXPOSE 9999") && stages[2].body.contains("/dev/tcp/127.0.0.1/9999"))
    }

    /// The check in the image is one that the shell of the image can run, with exactly the words that the file has.
    @Test func `checks the agent by what a shell can do`() throws {
        let body = try Self.stages()[2].body
        let line = try #require(body.split(separator: "\n").first { $0.contains("CMD [\"bash\"") })
        let json = try #require(line.split(separator: "CMD ", maxSplits: 1).last)
        let command = try JSONDecoder().decode([String].self, from: Data(json.utf8))
        let instance = try EchoInstance("agent")
        let script = command[2].replacing("9480", with: "\(instance.port)")
        #expect(try Command.run("bash", ["-c", script]).status == 0)
        #expect(instance.requests == ["GET /health/ready HTTP/1.0"])
        #expect(try Command.run("bash", ["-c", script.replacing(" 200 ", with: " 204 ")]).status != 0)
    }
}
