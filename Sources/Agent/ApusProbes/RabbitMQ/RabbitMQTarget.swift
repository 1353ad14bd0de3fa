import ApusText

/// A RabbitMQ, and by which of its plugins it is asked.
package struct RabbitMQTarget: Sendable, Hashable {
    /// What answers.
    package enum Way: String, CaseIterable, Sendable {
        /// The API of the plugin `rabbitmq_management`, of all nodes of a cluster.
        case management
        /// The exposition of the plugin `rabbitmq_prometheus` of RabbitMQ 3.10 and later, of the one node that is asked.
        case prometheus
    }

    package var way: Way
    /// The plugin's own URL, with the prefix of its paths where it has one.
    package var url: ProbeURL
    package var login = HTTPLogin.none
    package var tls = ProbeTLS()
    /// The one virtual host whose queues are served; nil for all.
    package var virtualHost: String?
    /// The names of queues that are served, where `*` stands for any text and `?` for a character; none for all.
    package var queues: [QueuePattern] = []

    package init(_ way: Way, _ url: ProbeURL) {
        self.way = way
        self.url = url
    }

    var place: ProbePlace { .internet(host: url.host, port: url.port) }

    /// The path that goes before all others.
    var prefix: String { url.target.hasSuffix("/") ? String(url.target.dropLast()) : url.target }

    func takes(queue: String) -> Bool {
        guard !queues.isEmpty else { return true }
        let name = Array(queue.unicodeScalars)
        return queues.contains { $0.matches(name) }
    }
}

/// A pattern of names of queues: `*` stands for any text, `?` for a character.
package struct QueuePattern: Sendable, Hashable {
    package let text: String
    private let scalars: [Unicode.Scalar]

    package init(_ text: String) {
        self.text = text
        scalars = Array(text.unicodeScalars)
    }

    /// Whether the whole name is meant, in a time of its length times the pattern's at most.
    package func matches(_ name: String) -> Bool { matches(Array(name.unicodeScalars)) }

    fileprivate func matches(_ name: [Unicode.Scalar]) -> Bool {
        var (place, index) = (0, 0)
        /// Where the last `*` stands, and how far it reaches.
        var star: (place: Int, index: Int)?
        while index < name.count {
            if place < scalars.count, scalars[place] == "*" {
                star = (place, index)
                place += 1
            } else if place < scalars.count, scalars[place] == "?" || scalars[place] == name[index] {
                place += 1
                index += 1
            } else if let last = star {
                star = (last.place, last.index + 1)
                (place, index) = (last.place + 1, last.index + 1)
            } else {
                return false
            }
        }
        return scalars[place...].allSatisfy { $0 == "*" }
    }

    /// The regular expression that RabbitMQ is asked with, without anchors.
    var expression: String {
        var text = ""
        for scalar in scalars {
            switch scalar {
            case "*": text += ".*"
            case "?": text += "."
            case "0"..."9", "a"..."z", "A"..."Z": text.unicodeScalars.append(scalar)
            default:
                if scalar.isASCII { text += "\\" }
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

/// Texts as a part of a URL, RFC 3986, section 2.1.
enum PercentText {
    static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
