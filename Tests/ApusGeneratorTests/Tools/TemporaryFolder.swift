import ApusGenerator
import Foundation

/// A folder of its own for one test, removed with all in it at the end.
final class TemporaryFolder: Sendable {
    let path: String

    init(holding files: [GeneratedFile] = []) throws {
        path = NSTemporaryDirectory() + "apus-generator-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for file in files { try write(file.contents, to: file.path) }
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("\(path) is left behind: \(error)") }
    }

    func path(_ name: String) -> String { "\(path)/\(name)" }

    func write(_ text: String, to name: String) throws {
        let url = URL(fileURLWithPath: path(name))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path(name))), as: UTF8.self)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path(name)) }
}
