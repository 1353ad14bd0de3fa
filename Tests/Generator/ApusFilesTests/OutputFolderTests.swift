import ApusFiles
import Foundation
import HostTesting
import Testing

@Suite struct `The output folder` {
    private static let files = [
        GeneratedFile(path: "deploy/prometheus/prometheus.yml", contents: "global: {}\n"),
        GeneratedFile(path: "rules/alerts.yml", contents: "groups: []\n"),
    ]

    private func generated() throws -> (TemporaryFolder, OutputFolder) {
        let folder = try TemporaryFolder()
        let output = OutputFolder(path: folder.path)
        #expect(try output.write(Self.files) == Self.files.map(\.path))
        return (folder, output)
    }

    private func mode(_ path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test func `holds what was written, and a second time nothing is`() throws {
        let (folder, output) = try generated()
        for file in Self.files { #expect(try folder.read(file.path) == file.contents) }
        #expect(try output.differences(from: Self.files) == [])
        #expect(try output.write(Self.files) == [])
    }

    @Test func `is made when it is not there`() throws {
        let folder = try TemporaryFolder()
        let output = OutputFolder(path: folder.path("a/b"))
        #expect(try output.differences(from: Self.files) == Self.files.map { .missing($0.path) })
        _ = try output.write(Self.files)
        #expect(try folder.read("a/b/rules/alerts.yml") == "groups: []\n")
    }

    @Test func `files can be read by others, as Prometheus runs as another user`() throws {
        let (folder, output) = try generated()
        let path = folder.path("rules/alerts.yml")
        let plain = folder.path("plain")
        #expect(FileManager.default.createFile(atPath: plain, contents: nil))
        #expect(try mode(path) == mode(plain))
        try folder.write("edited", to: "rules/alerts.yml")
        _ = try output.write(Self.files)
        #expect(try mode(path) == mode(plain))
    }

    @Test func `names what was edited, is missing and is no generated file, and mends the first two`() throws {
        let (folder, output) = try generated()
        try folder.write("groups: [] \n", to: "rules/alerts.yml")
        try folder.remove("deploy/prometheus/prometheus.yml")
        try folder.write("", to: "rules/.hidden")
        try folder.write("", to: "deploy/old/deep/nginx.conf")
        try folder.write("", to: "README.md")
        try folder.write("", to: "docs/other.md")
        let differences = try output.differences(from: Self.files)
        #expect(
            differences == [
                .stray("deploy/old/deep/nginx.conf"), .missing("deploy/prometheus/prometheus.yml"), .stray("rules/.hidden"),
                .edited("rules/alerts.yml"),
            ])
        #expect(
            differences.map(\.description) == [
                "deploy/old/deep/nginx.conf: in a folder of generated files, but not generated",
                "deploy/prometheus/prometheus.yml: missing", "rules/.hidden: in a folder of generated files, but not generated",
                "rules/alerts.yml: differs from what would be generated",
            ])
        #expect(try output.write(Self.files) == Self.files.map(\.path))
        #expect(try output.differences(from: Self.files).map(\.path) == ["deploy/old/deep/nginx.conf", "rules/.hidden"])
        #expect(try folder.read("README.md") == "")
    }

    @Test func `ignores what lies beside when the files are only some of those that belong there`() throws {
        let (folder, output) = try generated()
        let some = [Self.files[1]]
        try folder.write("", to: "rules/other.yml")
        #expect(try output.differences(from: some, strays: .ignored) == [])
        try folder.write("edited", to: "rules/alerts.yml")
        #expect(try output.differences(from: some, strays: .ignored) == [.edited("rules/alerts.yml")])
        #expect(try output.differences(from: some) == [.edited("rules/alerts.yml"), .stray("rules/other.yml")])
    }

    @Test(arguments: ["groups: [ ]\n", "groups: []", "groups: []\n\n", "", "groups: []\r\n"])
    func `sees each changed byte`(contents: String) throws {
        let (folder, output) = try generated()
        try folder.write(contents, to: "rules/alerts.yml")
        #expect(try output.differences(from: Self.files) == [.edited("rules/alerts.yml")])
    }

    @Test(arguments: [true, false])
    func `replaces a symbolic link and leaves alone what it points to`(dangling: Bool) throws {
        let (folder, output) = try generated()
        let target = folder.path("target")
        if !dangling { try folder.write("groups: []\n", to: "target") }
        try folder.remove("rules/alerts.yml")
        try FileManager.default.createSymbolicLink(atPath: folder.path("rules/alerts.yml"), withDestinationPath: target)
        let differences = try output.differences(from: Self.files)
        #expect(differences == [.notAFile("rules/alerts.yml")])
        #expect(differences.map(\.description) == ["rules/alerts.yml: not a file"])
        #expect(try output.write(Self.files) == ["rules/alerts.yml"])
        #expect(try output.differences(from: Self.files) == [])
        #expect(FileManager.default.fileExists(atPath: target) == !dangling)
    }

    @Test func `names a link to a folder among the generated files`() throws {
        let (folder, output) = try generated()
        try FileManager.default.createSymbolicLink(atPath: folder.path("rules/link"), withDestinationPath: "/usr")
        #expect(try output.differences(from: Self.files) == [.stray("rules/link")])
    }

    /// A link to itself is read by nobody, not even by root.
    @Test func `says which folder it cannot look through`() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createSymbolicLink(atPath: folder.path("rules"), withDestinationPath: folder.path("rules"))
        let output = OutputFolder(path: folder.path)
        let error = try #require(#expect(throws: OutputError.self) { try output.strays(beside: Self.files) })
        #expect(error.description == "\(folder.path("rules")) cannot be read: Too many levels of symbolic links")
    }

    @Test func `does not write over a folder, and says which is in the way`() throws {
        let (folder, output) = try generated()
        try folder.remove("rules/alerts.yml")
        try folder.write("precious", to: "rules/alerts.yml/inside")
        #expect(try output.differences(from: Self.files) == [.notAFile("rules/alerts.yml"), .stray("rules/alerts.yml/inside")])
        let error = try #require(#expect(throws: OutputError.self) { try output.write(Self.files) })
        #expect(
            error.description
                == "\(folder.path("rules/alerts.yml")) cannot be written: a folder is in the way; remove it")
        #expect(try folder.read("rules/alerts.yml/inside") == "precious")
    }

    @Test func `does not write through a file in the place of a folder`() throws {
        let folder = try TemporaryFolder()
        try folder.write("precious", to: "rules")
        let output = OutputFolder(path: folder.path)
        #expect(
            try output.differences(from: Self.files) == [
                .missing("deploy/prometheus/prometheus.yml"), .missing("rules/alerts.yml"),
            ])
        let error = try #require(#expect(throws: OutputError.self) { try output.write(Self.files) })
        #expect(error.description.hasPrefix("\(folder.path("rules/alerts.yml")) cannot be written: "))
        #expect(try folder.read("rules") == "precious")
    }

    /// /sys takes no folders from anyone, not even from root, for whom permissions would not count.
    @Test func `says in one line that it cannot be written`() throws {
        let output = OutputFolder(path: "/sys/apus-test")
        let error = try #require(#expect(throws: OutputError.self) { try output.write(Self.files) })
        #expect(error.description.hasPrefix("/sys/apus-test/deploy/prometheus/prometheus.yml cannot be written: "))
        #expect(!error.description.contains("\n"))
    }

    /// A file of /proc that everybody sees and nobody reads: its read fails with EIO or EINVAL.
    @Test func `says in one line that a file cannot be read`() throws {
        let output = OutputFolder(path: "/proc/self")
        let error = try #require(
            #expect(throws: OutputError.self) { try output.differences(from: [GeneratedFile(path: "mem", contents: "")]) })
        #expect(error.description.hasPrefix("/proc/self/mem cannot be read: "))
        #expect(!error.description.contains("\n"))
    }
}
