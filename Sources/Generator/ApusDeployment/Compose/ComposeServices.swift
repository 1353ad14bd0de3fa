import ApusFiles
import ApusTopology

/// The containers of a fleet, each named for the process in it, by which the others reach it.
struct ComposeServices {
    let fleet: Fleet

    typealias Container = (String, ComposeService)

    static let network = "fleet"
    static let dataVolume = "data"
    static let reportVolume = "reports"

    var images: ContainerImages { ContainerImages(fleet: fleet) }

    var all: [Container] { agents + instances + backends + traffic + monitoring }

    /// A container with what all have.
    func container(
        _ image: String, limits: ContainerLimits, healthcheck: [String]?, dependsOn: [String] = []
    ) -> ComposeService {
        var service = ComposeService(image: images.pinned(image), deploy: Self.deploy(limits))
        service.networks = OrderedEntries([(Self.network, .init())])
        service.processInit = true
        service.healthcheck = healthcheck.map { .init(test: $0) }
        service.dependsOn = Self.dependencies(dependsOn)
        return service
    }

    static func dependencies(_ names: [String]) -> OrderedEntries<ComposeService.Dependency>? {
        names.isEmpty ? nil : OrderedEntries(names.map { ($0, .healthy) })
    }

    /// A small one beside a server.
    static let exporterLimits = ContainerLimits(memory: .mebibytes(128), cpus: 0.5)

    static func deploy(_ limits: ContainerLimits) -> ComposeService.Deploy {
        .init(resources: .init(limits: .init(cpus: "\(limits.cpus)", memory: "\(limits.memory.bytes)")))
    }

    /// For images with a shell's tools.
    static func wget(_ port: Int, _ path: String) -> [String] {
        ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:\(port)\(path)"]
    }

    /// For images with nothing but a shell. Compose takes a dollar sign for a variable of its own unless it is doubled.
    static func shell(_ script: String) -> [String] { ["CMD", "bash", "-c", script.replacing("$", with: "$$")] }

    /// The address that operators' pages are published at.
    static func operatorPort(_ port: Int) -> String {
        "\(ComposeVariable.operatorAddress.reference):\(port):\(port)"
    }
}
