import Glibc

/// A folder of its own for one test, removed with its files at the end.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/apus-supervisor-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        path = try requireValue(made, "mkdtemp failed")
    }

    deinit {
        for file in Self.entries(of: "\(path)/logs") { unlink("\(path)/logs/\(file)") }
        rmdir("\(path)/logs")
        for file in Self.entries(of: path) { unlink("\(path)/\(file)") }
        rmdir(path)
    }

    func path(_ name: String) -> String { "\(path)/\(name)" }

    /// The words of a file in this folder, once all of it is there: nil while it does not end with a newline.
    func words(of name: String) -> [String]? {
        guard let text = Self.contents(of: path(name)), text.hasSuffix("\n") else { return nil }
        return text.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    static func contents(of path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func entries(of path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}

struct MissingValue: Error, CustomStringConvertible {
    let description: String
}

func requireValue<Value>(_ value: Value?, _ message: String) throws -> Value {
    guard let value else { throw MissingValue(description: message) }
    return value
}
