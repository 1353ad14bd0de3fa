import Foundation
import HostTesting
import Testing

/// Packages of this build's agent.
enum DebianPackage {
    static let name = "apus-agent"

    static let builder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Packaging/build-deb").path

    /// Builds a package.
    ///
    /// - Parameters:
    ///   - version: the executable's own by default.
    ///   - environment: what the build is to be independent of.
    /// - Returns: its path in the folder.
    static func build(
        _ version: String? = nil, into folder: TemporaryFolder, environment: [String: String] = [:]
    ) throws -> String {
        let options = version.map { ["--version", $0] } ?? []
        // dpkg-deb(1): larger, and in a tenth of the time.
        let level = ["DPKG_DEB_COMPRESSOR_LEVEL": "1"]
        let build = try Command.run(
            builder, options + ["--output", folder.path, BuiltProgram.path(name)],
            environment: environment.merging(level) { $1 })
        #expect(build.passed, "\(build.text)")
        return build.output.trimmingCharacters(in: .newlines)
    }
}

/// A booted host on which packages of the agent are installed and removed.
struct PackageHost {
    static let service = "apus-agent.service"
    static let socket = "apus-agent.socket"
    static let watchFile = "/etc/apus/agent.yaml"

    let host: BootedHost

    init() throws {
        host = try BootedHost()
        // What keeps services of packages from being started while an image is made.
        try run("rm", "-f", "/usr/sbin/policy-rc.d")
    }

    /// A command that is to succeed; gives what it printed.
    @discardableResult
    func run(_ command: String...) throws -> String {
        let step = try host.run(command)
        #expect(step.passed, "\(command): \(step.text)")
        return step.output
    }

    func shell(_ script: String) throws -> String { try run("sh", "-c", script) }

    func write(_ text: String, to path: String) throws {
        let url = URL(fileURLWithPath: host.root + path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func read(_ path: String) throws -> String { try String(contentsOfFile: host.root + path, encoding: .utf8) }

    /// Copies a file of this machine into the host, whose own files are there and gone with it.
    func copy(_ path: String, to place: String) throws {
        try FileManager.default.copyItem(atPath: path, toPath: host.root + place)
    }

    /// Installs a package over what is there of it, and gives dpkg's words.
    @discardableResult
    func install(_ package: String) throws -> String {
        let place = "/var/tmp/\(URL(fileURLWithPath: package).lastPathComponent)"
        if !FileManager.default.fileExists(atPath: host.root + place) { try copy(package, to: place) }
        let dpkg = try host.run(["dpkg", "--install", place])
        #expect(dpkg.passed, "\(dpkg.text)")
        return dpkg.text
    }

    func purge() throws { try run("dpkg", "--purge", DebianPackage.name) }

    func property(_ name: String, of unit: String = service) throws -> String {
        try run("systemctl", "show", "--value", "--property=\(name)", unit).trimmingCharacters(in: .newlines)
    }

    func isActive(_ unit: String = service) throws -> Bool { try property("ActiveState", of: unit) == "active" }

    func scrape(_ url: String = "http://127.0.0.1:9480/metrics") throws -> String {
        try run("curl", "--silent", "--show-error", "--fail", "--max-time", "30", url)
    }

    /// How often the agent was started, as systemd wrote into the journal.
    func starts() throws -> Int {
        try run(
            "journalctl", "--quiet", "--no-pager", "--output=cat", "MESSAGE_ID=39f53479d3a045ac8e11786248231fbf",
            "UNIT=\(Self.service)"
        ).split(separator: "\n").count
    }

    /// The paths of all that is installed, but for what dpkg, logs, caches and timers keep for themselves.
    func files() throws -> Set<String> {
        let kept = ["/var/lib/dpkg", "/var/cache", "/var/log", "/var/tmp", "/var/lib/systemd/timers"]
        let pruned = kept.map { "-path \($0)" }.joined(separator: " -o ")
        return Set(
            try shell("find /etc /usr /var -xdev \\( \(pruned) \\) -prune -o -print").split(separator: "\n").map(String.init))
    }
}
