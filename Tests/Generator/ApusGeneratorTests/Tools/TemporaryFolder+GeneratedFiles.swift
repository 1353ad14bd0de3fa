import ApusFiles
import HostTesting

extension TemporaryFolder {
    convenience init(holding files: [GeneratedFile]) throws {
        try self.init()
        for file in files { try write(file.contents, to: file.path) }
    }
}
