package import AgentMetrics
import ApusLinux
import ApusSegment
import Glibc

/// A file of instances that are expected: one SERVICE/INSTANCE a line; empty lines, and those that begin with `#`, say nothing.
package enum ExpectedInstances {
    /// Bytes that such a file may have.
    package static let longest = 1 << 20

    package static func read(_ path: String) throws(ExpectedInstancesError) -> [InstanceIdentity] {
        let bytes: [UInt8]
        do throws(LinuxError) { bytes = try WholeFile.read(path, longest: longest) } catch {
            throw .unreadable(path: path, reason: error.code == EFBIG ? "it has more than \(longest) bytes" : error.reason)
        }
        return try parse(bytes, path: path)
    }

    /// - Parameter path: for what is said of an error.
    package static func parse(_ bytes: [UInt8], path: String) throws(ExpectedInstancesError) -> [InstanceIdentity] {
        var keys: [InstanceIdentity] = []
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let bare = line.trimmed
            guard let first = bare.first, first != UInt8(ascii: "#") else { continue }
            guard let text = String(validating: bare, as: UTF8.self), let key = InstanceIdentity(text),
                (try? Hello(service: key.service, instance: key.instance)) != nil
            else { throw .malformed(path: path, line: index + 1, text: String(decoding: bare.prefix(64), as: UTF8.self)) }
            keys.append(key)
        }
        return keys
    }
}

/// Why a file of expected instances cannot be used.
package enum ExpectedInstancesError: Error, Equatable, CustomStringConvertible {
    case unreadable(path: String, reason: String)
    /// A line, counted from 1, that names no instance; its first 64 bytes.
    case malformed(path: String, line: Int, text: String)

    package var description: String {
        switch self {
        case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
        case .malformed(let path, let line, let text):
            "\(path):\(line): “\(text)” is no instance: write SERVICE/INSTANCE, such as worker/worker-1, at most 128 bytes each"
        }
    }
}

extension ArraySlice<UInt8> {
    /// Without spaces, tabs and carriage returns at both ends.
    fileprivate var trimmed: ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
        let rest = drop(while: isBlank)
        return rest[..<(rest.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? rest.startIndex)]
    }
}
