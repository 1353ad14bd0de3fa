import ApusFiles
import ApusGenerator
import ApusTopology
import Foundation
import HostTesting
import ServerTesting

/// Real nginx with the generated configuration, TLS and all, before two instances that answer.
struct BalancedFleet {
    static let name = "shop.example.org"

    let instances: [EchoInstance]
    let nginx: NginxServer
    private let ports: [Int]

    var securePort: Int { ports[1] }
    var statusPort: Int { ports[2] }

    init(first: EchoInstance.Behaviour = .answers) throws {
        let instances = [try EchoInstance("api-1", first), try EchoInstance("api-2")]
        let ports = try LoopbackPort.free(3)
        self.instances = instances
        self.ports = ports
        nginx = try NginxServer(port: ports[1]) { folder in
            try Self.makeCertificate(in: folder)
            let fleet = Self.fleet(instances: instances.map(\.port), ports: ports, certificates: folder.path)
            return try Self.place(try FileKind.nginx.files(for: fleet), in: folder)
        }
    }

    static func fleet(instances: [Int], ports: [Int], certificates: String) -> Fleet {
        Fleet("web") {
            FleetService("api", role: .api) {
                for (index, port) in instances.enumerated() {
                    Instance("api-\(index + 1)", port: port, metricsPort: 9101 + index)
                }
            }
            LoadBalancer(
                service: "api", serverNames: [name], port: ports[0],
                certificate: Certificate(
                    certificatePath: "\(certificates)/certificate.pem", keyPath: "\(certificates)/key.pem", port: ports[1],
                    proberPort: nil), balancing: .roundRobin, webSocketPaths: ["/ws/"], statusPort: ports[2])
        }
    }

    /// Writes what is included into the folder, and gives back the configuration with the three paths moved there that a host has
    /// once for all.
    static func place(_ files: [GeneratedFile], in folder: TemporaryFolder) throws -> String {
        var configuration = ""
        for file in files {
            let name = String(file.path.dropFirst("deploy/nginx/".count))
            if name.hasPrefix("snippets/") {
                try folder.write(file.contents, to: name)
            } else {
                configuration = file.contents
            }
        }
        return configuration.replacing("/var/log/nginx/", with: "\(folder.path)/").replacing("/run/", with: "\(folder.path)/")
            .replacing("\nhttp {\n", with: "\nhttp {\n\(NginxServer.temporaryPaths(in: folder))\n")
    }

    static func makeCertificate(in folder: TemporaryFolder) throws {
        try ServerTool.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                "/CN=\(name)", "-addext", "subjectAltName=DNS:\(name)", "-keyout", folder.path("key.pem"), "-out",
                folder.path("certificate.pem"),
            ], of: "openssl")
    }

    struct Answer {
        let status: Int
        /// By names in lower case.
        let headers: [String: String]
        let body: String
        /// How often each name came.
        let counts: [String: Int]
    }

    /// One request over TLS.
    func get(_ path: String, _ options: String...) throws -> Answer {
        try Self.answer(
            from: curl(["--include", "https://\(Self.name):\(ports[1])\(path)"] + options))
    }

    /// The status codes of so many requests, one after the other on one connection.
    func statuses(of path: String, times: Int) throws -> [Int] {
        // A range in the address is curl's own repetition.
        let text = try curl([
            "--output", "/dev/null", "--write-out", "%{http_code}\\n",
            "https://\(Self.name):\(ports[1])\(path)?[1-\(times)]",
        ])
        return text.split(separator: "\n").compactMap { Int($0) }
    }

    func getPlain(_ path: String) throws -> Answer {
        try Self.answer(from: curl(["--include", "http://\(Self.name):\(ports[0])\(path)"]))
    }

    func curl(_ arguments: [String]) throws -> String {
        try ServerTool.run(
            "curl",
            [
                "--silent", "--show-error", "--insecure", "--max-time", "30", "--resolve",
                "\(Self.name):\(ports[1]):127.0.0.1", "--resolve", "\(Self.name):\(ports[0]):127.0.0.1",
            ] + arguments, of: "curl")
    }

    static func answer(from text: String) throws -> Answer {
        let parts = text.replacing("\r\n", with: "\n").split(separator: "\n\n", maxSplits: 1)
        let lines = (parts.first ?? "").split(separator: "\n")
        let pairs = lines.dropFirst().compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (line[..<colon].lowercased(), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
        }
        return Answer(
            status: lines.first.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) } ?? 0,
            headers: Dictionary(pairs) { $1 }, body: parts.count > 1 ? String(parts[1]) : "",
            counts: Dictionary(pairs.map { ($0.0, 1) }, uniquingKeysWith: +))
    }
}
