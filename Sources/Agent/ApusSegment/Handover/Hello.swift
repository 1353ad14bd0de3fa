/// What a service says of itself when it hands its segment to the agent: one message of lines `key=value` after a first line with
/// the protocol's name and version, at most 4096 bytes, UTF-8. The segment's descriptor travels with it (SCM_RIGHTS).
///
/// The process id is not in it: the agent has that from the kernel.
package struct Hello: Equatable, Sendable {
    /// The `service` label: what the process is one of, such as `worker`.
    package let service: String
    /// The `instance` label: which of them it is, such as `worker-1`.
    package let instance: String

    package init(service: String, instance: String) throws(HelloError) {
        for (key, value) in [("service", service), ("instance", instance)] {
            guard (1...Self.longestValue).contains(value.utf8.count), value.unicodeScalars.allSatisfy(Self.isLegal) else {
                throw .illegalValue(key)
            }
        }
        self.service = service
        self.instance = instance
    }

    /// Bytes of a service's or an instance's name.
    package static let longestValue = 128

    /// Whether a name may have a character: it stands in lines of a log, in lists with commas, in `service/instance` and in quotes, where
    /// none may pass for another. What is not seen (controls, directions, line ends, fillers) is refused as well as what separates.
    package static func isLegal(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        // Letters without a shape, such as U+3164 (HANGUL FILLER); U+2800 is the braille pattern without a dot.
        default:
            !["/", ",", "\"", "\\"].contains(scalar) && !scalar.properties.isDefaultIgnorableCodePoint && scalar.value != 0x2800
        }
    }

    /// The legal name that is most like a text: `_` stands for what a name may not have, and what is too long is cut.
    package static func legalName(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        var length = 0
        for scalar in text.unicodeScalars {
            let scalar = isLegal(scalar) ? scalar : "_"
            length += UTF8.width(scalar)
            guard length <= longestValue else { break }
            scalars.append(scalar)
        }
        return String(scalars)
    }

    package static let longest = 4096
    private static let firstLine = "apus-report 1"

    package var bytes: [UInt8] { Array("\(Self.firstLine)\nservice=\(service)\ninstance=\(instance)\n".utf8) }

    /// Reads a message; unknown keys are ignored, so that a later service can talk to this agent.
    package init(bytes: some Collection<UInt8>) throws(HelloError) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        // By bytes: as characters, a combining mark would join the `=` before it.
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)[...]
        guard let first = lines.popFirst(), first.elementsEqual(Self.firstLine.utf8) else { throw .wrongProtocol }
        var foundService: String?
        var foundInstance: String?
        for line in lines {
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { throw .wrongProtocol }
            let value = String(Substring(line[line.index(after: equals)...]))
            if line[..<equals].elementsEqual("service".utf8) { foundService = value }
            if line[..<equals].elementsEqual("instance".utf8) { foundInstance = value }
        }
        guard let service = foundService else { throw .missing("service") }
        guard let instance = foundInstance else { throw .missing("instance") }
        try self.init(service: service, instance: instance)
    }
}

/// Why a hello is refused.
package enum HelloError: Error, Equatable, CustomStringConvertible {
    case notUTF8
    case wrongProtocol
    case missing(String)
    case illegalValue(String)

    package var description: String {
        switch self {
        case .notUTF8: "the message is not UTF-8"
        case .wrongProtocol: "the message is not one of protocol «apus-report 1»"
        case .missing(let key): "the message has no \(key)"
        case .illegalValue(let key):
            "\(key) must have 1 to \(Hello.longestValue) bytes, no character that is not seen, and none of / , \" \\"
        }
    }
}
