package import ApusDeployment
package import ApusTopology
import Foundation
package import HostTesting

/// The root of a host with systemd's own units, and a fleet installed.
package struct HostRoot {
    package let folder: TemporaryFolder
    /// The units that the fleet starts, then its templates, without their drop-ins.
    package let units: [String]

    package init(_ fleet: Fleet, prefix: String? = nil) throws {
        folder = try TemporaryFolder()
        let manager = FileManager.default
        try manager.createDirectory(atPath: folder.path("usr/lib/systemd"), withIntermediateDirectories: true)
        try manager.createDirectory(atPath: folder.path("etc"), withIntermediateDirectories: true)
        try manager.copyItem(atPath: "/usr/lib/systemd/system", toPath: folder.path("usr/lib/systemd/system"))
        try manager.createSymbolicLink(atPath: folder.path("lib"), withDestinationPath: "usr/lib")
        // What the agent's unit reloads it with.
        // And what of others runs its services.
        for path in ["/usr/bin/kill"] + fleet.startedServices.compactMap(fleet.path) {
            let file = String(path.dropFirst())
            try folder.write("#!/bin/sh\n", to: file)
            try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path(file))
        }
        let executables = try Executables()
        let root = folder.path
        let files = try withExtendedLifetime(executables.folder) {
            try executables.installation(of: fleet, prefix: prefix).install(under: root)
        }
        let names = files.map(\.path).filter { $0.contains("/systemd/system/") && !$0.contains(".d/") }
            .compactMap { $0.split(separator: "/").last.map(String.init) }
        let target = try folder.read(
            String((files.map(\.path).first { $0.hasSuffix("/apus.target") } ?? "").dropFirst()))
        let wanted = target.split(separator: "\n").filter { $0.hasPrefix("Wants=") }.map { String($0.dropFirst(6)) }
        units = wanted + names.filter { !wanted.contains($0) }
    }

    /// Executables that need nothing: what systemd checks is that they are there.
    package struct Executables {
        package let folder: TemporaryFolder

        package init() throws {
            folder = try TemporaryFolder()
            try write([ProcessCommand.agentExecutable])
        }

        private func write(_ names: some Sequence<String>) throws {
            for name in names {
                try folder.write("#!/bin/sh\n# \(name)\n", to: name)
                try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path(name))
            }
        }

        package func installation(of fleet: Fleet, prefix: String? = nil) throws -> SystemdInstallation {
            let own = Set(
                fleet.startedServices.filter { fleet.path(of: $0) == nil }.map { fleet.command(of: $0).executable.name })
            try write(own)
            let names = own.union([ProcessCommand.agentExecutable])
            return try SystemdInstallation(
                fleet: fleet, prefix: prefix,
                executables: Dictionary(uniqueKeysWithValues: names.map { ($0, folder.path($0)) }))
        }
    }

    /// What `systemd-analyze verify` prints of units: nothing, when they are right. Its exit code says less.
    package func verify(_ units: [String]) throws -> String {
        let tool = try Command.run(
            "systemd-analyze", ["verify", "--root=\(folder.path)", "--man=no", "--recursive-errors=no"] + units)
        return tool.output + tool.errors
    }

    /// The exposure of a unit by `systemd-analyze security`, from 0 to 10; nil when it says none.
    package func exposure(of unit: String) throws -> Double? {
        let tool = try Command.run(
            "systemd-analyze", ["security", "--offline=true", "--root=\(folder.path)", "--no-pager", unit])
        let line = tool.output.split(separator: "\n").last { $0.contains("Overall exposure level for ") }
        return (line?.split(separator: ": ").last?.split(separator: " ").first).flatMap { Double($0) }
    }

    /// The settings of a file, in order.
    package func settings(_ path: String) throws -> [String] {
        try folder.read(path).replacing("\\\n    ", with: "").split(separator: "\n").map(String.init)
            .filter { !$0.hasPrefix("#") }
    }
}
