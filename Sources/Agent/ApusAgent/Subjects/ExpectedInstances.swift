import AgentMetrics
import ApusLimits
import ApusLinux
import ApusSegment

/// A file of instances that are expected: one SERVICE/INSTANCE a line; empty lines, and those that begin with `#`, say nothing.
///
/// After the name may stand whose it is: nobody else may report under it.
///
/// ```
/// worker/worker-1 unit=apus-worker@worker-1.service
/// api/api-1 user=apus
/// checkout/checkout-1 uid=1001
/// ```
package enum ExpectedInstances {
    /// Bytes that such a file may have.
    package static let longest = 1 << 20

    package static func read(_ path: String) throws(ExpectedInstancesError) -> [ExpectedInstance] {
        let bytes: [UInt8]
        do throws(LinuxError) { bytes = try WholeFile.read(path, longest: longest) } catch {
            throw .unreadable(
                path: path,
                reason: error.reading(longest: ByteLimit(bytes: longest), "run an agent for a part of the instances"))
        }
        return try parse(bytes, path: path)
    }

    /// - Parameter path: for what is said of an error.
    package static func parse(_ bytes: [UInt8], path: String) throws(ExpectedInstancesError) -> [ExpectedInstance] {
        var expected: [ExpectedInstance] = []
        var holders: [InstanceIdentity: InstanceHolder?] = [:]
        // Editors of other systems begin a text with a mark that says it is UTF-8.
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let lines = (bytes.starts(with: mark) ? bytes[mark.count...] : bytes[...]).split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let bare = line.trimmed
            guard let first = bare.first, first != UInt8(ascii: "#") else { continue }
            func fault(_ reason: String?) -> ExpectedInstancesError {
                let text = String(decoding: bare.prefix(64), as: UTF8.self)
                return .malformed(path: path, line: index + 1, text: text, reason: reason)
            }
            guard let text = String(validating: bare, as: UTF8.self) else { throw fault(nil) }
            let one: ExpectedInstance
            do throws(ExpectedInstanceFault) { one = try ExpectedInstance(text) } catch { throw fault(error.reason) }
            guard holders.updateValue(one.holder, forKey: one.identity).map({ $0 == one.holder }) ?? true else {
                throw fault("the same name stands before, and belongs to somebody else there")
            }
            expected.append(one)
        }
        return expected
    }
}

/// Why a file of expected instances cannot be used.
package enum ExpectedInstancesError: Error, Equatable, CustomStringConvertible {
    case unreadable(path: String, reason: String)
    /// A line, counted from 1, that names no instance: its first 64 bytes, and what is wrong where that is not plain.
    case malformed(path: String, line: Int, text: String, reason: String? = nil)

    package var description: String {
        switch self {
        case .unreadable(let path, let reason): "\(path): \(reason)"
        case .malformed(let path, let line, let text, nil):
            "\(path):\(line): “\(text)” is no instance: \(ExpectedInstance.form)"
        case .malformed(let path, let line, let text, let reason?): "\(path):\(line): “\(text)”: \(reason)"
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
