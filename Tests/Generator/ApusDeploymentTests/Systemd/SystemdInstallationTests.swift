import ApusDeployment
import ApusFiles
import ApusGenerator
import ApusTopology
import Foundation
import GeneratorTesting
import HostTesting
import Testing

@Suite struct `Installing units` {
    private let fleet = shopFleet()
    private static let agent = "usr/lib/systemd/system/apus-agent.service"

    private let executables = Result { try HostRoot.Executables() }

    private func installed() throws -> (TemporaryFolder, SystemdInstallation, HostRoot.Executables) {
        let executables = try executables.get()
        let installation = try executables.installation(of: fleet)
        let root = try TemporaryFolder()
        let files = try installation.install(under: root.path("new"))
        #expect(files.allSatisfy { $0.outcome == .written })
        #expect(files.map(\.path) == installation.paths)
        return (root, installation, executables)
    }

    @Test func `puts what systemd reads and the executables where they belong, and a second time changes nothing`() throws {
        let (root, installation, _) = try installed()
        #expect(
            installation.paths == [
                "/usr/bin/apus-agent", "/usr/bin/shop", "/usr/lib/systemd/system/apus-agent.service",
                "/usr/lib/systemd/system/apus-agent.socket", "/etc/apus/agent.expect",
                "/usr/lib/systemd/system/apus-api@.service",
                "/usr/lib/systemd/system/apus-api@api-1.service.d/50-fleet.conf",
                "/usr/lib/systemd/system/apus-api@api-2.service.d/50-fleet.conf",
                "/usr/lib/systemd/system/apus-worker@.service", "/usr/lib/systemd/system/apus.target",
                "/usr/lib/sysusers.d/apus.conf", "/usr/lib/tmpfiles.d/apus.conf", "/usr/lib/systemd/catalog/apus.catalog",
            ])
        for file in try FileKind.systemd.files(for: fleet) {
            let name = file.path.dropFirst("deploy/systemd/".count)
            let place =
                switch name {
                case "apus/agent.expect": "etc/\(name)"
                case _ where name.contains("s.d/apus.conf"): "usr/lib/\(name)"
                case _ where name.hasSuffix(".catalog"): "usr/lib/systemd/\(name)"
                default: "usr/lib/systemd/system/\(name)"
                }
            #expect(try root.read("new/\(place)") == file.contents)
        }
        for path in installation.paths {
            let mode = try FileManager.default.attributesOfItem(atPath: root.path("new\(path)"))[.posixPermissions] as? Int
            #expect(mode == (path.hasPrefix("/usr/bin/") ? 0o755 : 0o644), "\(path)")
        }
        #expect(try installation.install(under: root.path("new")).allSatisfy { $0.outcome == .unchanged })
        let left = try #require(FileManager.default.enumerator(atPath: root.path("new"))).compactMap { $0 as? String }
        #expect(!left.contains { $0.hasSuffix(".new") || $0.hasSuffix(".old") })
    }

    @Test func `refuses to overwrite what changed, and writes nothing then`() throws {
        let (root, installation, _) = try installed()
        try root.write("mine\n", to: "new/\(Self.agent)")
        try root.remove("new/usr/bin/shop")
        let error = try #require(#expect(throws: InstallationError.self) { try installation.install(under: root.path("new")) })
        #expect(error == .changed(["/\(Self.agent)"], root: root.path("new")))
        #expect(!error.description.contains("\n"))
        #expect(try root.read("new/\(Self.agent)") == "mine\n")
        #expect(!FileManager.default.fileExists(atPath: root.path("new/usr/bin/shop")))
    }

    @Test func `replaces what changed when asked to, says so and keeps the former contents`() throws {
        let (root, installation, executables) = try installed()
        let unit = try root.read("new/\(Self.agent)")
        for text in ["first\n", "second\n"] {
            try root.write(text, to: "new/\(Self.agent)")
            try executables.folder.write("#!/bin/sh\n# \(text)", to: "shop")
            let files = try installation.install(under: root.path("new"), changed: .replace)
            #expect(
                files.filter { $0.outcome != .unchanged }.map(\.description) == [
                    "replaced   /usr/bin/shop",
                    "replaced   /\(Self.agent), whose former contents are in /\(Self.agent).old",
                ])
            #expect(try root.read("new/\(Self.agent)") == unit)
            #expect(try root.read("new/\(Self.agent).old") == text)
            #expect(try root.read("new/usr/bin/shop") == "#!/bin/sh\n# \(text)")
        }
    }

    @Test func `treats a link as changed, and leaves alone what it points to`() throws {
        let (root, installation, _) = try installed()
        let target = root.path("target")
        try root.write("precious\n", to: "target")
        try root.remove("new/\(Self.agent)")
        try FileManager.default.createSymbolicLink(atPath: root.path("new/\(Self.agent)"), withDestinationPath: target)
        #expect(throws: InstallationError.self) { try installation.install(under: root.path("new")) }
        _ = try installation.install(under: root.path("new"), changed: .replace)
        #expect(try root.read("target") == "precious\n")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: root.path("new/\(Self.agent).old")) == target)
    }

    @Test func `goes to /etc with a prefix where systemd does not look, and the units start what is there`() throws {
        let executables = try executables.get()
        let root = try TemporaryFolder()
        let paths = try executables.installation(of: fleet, prefix: "/opt/apus").install(under: root.path).map(\.path)
        #expect(
            paths.prefix(3) == ["/opt/apus/bin/apus-agent", "/opt/apus/bin/shop", "/etc/systemd/system/apus-agent.service"])
        #expect(paths.suffix(3).prefix(2) == ["/etc/sysusers.d/apus.conf", "/etc/tmpfiles.d/apus.conf"])
        #expect(try root.read("etc/systemd/system/apus-agent.service").contains("ExecStart=/opt/apus/bin/apus-agent "))
    }

    @Test(arguments: [nil, "/usr/local", "/opt/apus"])
    func `leaves verifiable units with any prefix`(prefix: String?) throws {
        let root = try HostRoot(fleet, prefix: prefix)
        #expect(try root.verify(root.units) == "")
    }

    @Test(arguments: ["usr", "", "/", "/usr/", "/usr//local", "/usr/../etc", "/a b", "/a%i", "/ä", "/usr\n"])
    func `refuses a prefix that is no plain path, in one line`(prefix: String) throws {
        let executables = try executables.get()
        let error = try #require(
            #expect(throws: InstallationError.self) { try executables.installation(of: fleet, prefix: prefix) })
        #expect(error == .illegalPrefix(prefix))
    }

    @Test func `says in one line what cannot be read or written`() throws {
        let executables = try executables.get()
        let installation = try executables.installation(of: fleet)
        // /sys takes no folders from anyone, not even from root, for whom permissions would not count.
        let unwritable = try #require(#expect(throws: InstallationError.self) { try installation.install(under: "/sys/apus") })
        #expect(unwritable.description.hasPrefix("/sys/apus/usr/bin/apus-agent cannot be written: "))
        #expect(!unwritable.description.contains("\n"))
        try executables.folder.remove("shop")
        let root = try TemporaryFolder()
        let unreadable = try #require(#expect(throws: InstallationError.self) { try installation.install(under: root.path) })
        #expect(unreadable.description == "\(executables.folder.path("shop")) cannot be read: No such file or directory")
        #expect(try FileManager.default.contentsOfDirectory(atPath: root.path) == [])
    }

    @Test func `does not remove a folder that is in the way`() throws {
        let (root, installation, _) = try installed()
        try root.remove("new/\(Self.agent)")
        try root.write("precious\n", to: "new/\(Self.agent)/inside")
        let error = try #require(
            #expect(throws: InstallationError.self) { try installation.install(under: root.path("new"), changed: .replace) })
        #expect(
            error.description == "\(root.path("new/\(Self.agent)")) cannot be written: a folder is in the way; remove it")
        #expect(try root.read("new/\(Self.agent)/inside") == "precious\n")
    }
}
