package import ApusFiles
package import HostTesting

extension TemporaryFolder {
    package convenience init(holding files: [GeneratedFile]) throws {
        try self.init()
        for file in files { try write(file.contents, to: file.path) }
    }
}
