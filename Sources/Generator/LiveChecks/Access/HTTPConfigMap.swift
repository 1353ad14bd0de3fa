import ApusText
import Foundation
import Yams

/// A map of a file of `http_config`: each key is known, and each value what its key needs.
struct HTTPConfigMap {
    let path: String
    let place: TextPlace
    private let members: [String: Node]

    /// Keys of Prometheus that ask in a way that this client does not.
    private static let untaken = [
        "oauth2", "proxy_url", "no_proxy", "proxy_from_environment", "proxy_connect_header", "credentials_ref", "username_ref",
        "password_ref", "ca_ref", "cert_ref", "key_ref",
    ]

    init(_ value: Node, _ what: String, _ known: [String], of path: String) throws(AccessFault) {
        (self.path, place) = (path, value.place)
        guard let mapping = value.mapping else {
            throw AccessFault("\(path):\(value.place): \(what) is \(value.kind): write a map")
        }
        var members: [String: Node] = [:]
        for (key, value) in mapping {
            guard let name = key.scalar?.string, known.contains(name) else {
                let name = key.scalar?.string ?? key.kind
                throw AccessFault(
                    "\(path):\(key.place): "
                        + (Self.untaken.contains(name)
                            ? "\(name) is not taken here: ask a server that needs none"
                            : "\(name.quotedExcerpt()) is no key of \(what): it has \(known.joined(separator: ", "))"))
            }
            members[name] = value
        }
        self.members = members
    }

    /// Reads the map that a text of YAML is; `nil` of an empty one.
    ///
    /// - Throws: ``AccessFault``, which has nothing of the text in it but names of keys.
    static func read(_ bytes: [UInt8], _ known: [String], of path: String) throws(AccessFault) -> HTTPConfigMap? {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw AccessFault("\(path): this is no text of UTF-8")
        }
        let root: Node?
        do {
            // Every scalar as its text: what it means is for the one who asks.
            root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
        } catch {
            switch error as? YamlError {
            case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
                .composer(_, let problem, let mark, _):
                throw AccessFault("\(path):\(TextPlace(line: mark.line, column: mark.column)): this is no YAML: \(problem)")
            case .duplicatedKeysInMapping(let names, let context):
                throw AccessFault(
                    "\(path):\(TextPlace(line: context.mark.line, column: context.mark.column)): twice the key \(names.joined(separator: ", ")): leave one of both out"
                )
            default: throw AccessFault("\(path): this is no YAML")
            }
        }
        return try root.flatMap { root throws(AccessFault) in
            root.isNothing ? nil : try HTTPConfigMap(root, "the file", known, of: path)
        }
    }

    subscript(key: String) -> Node? { members[key] }

    func fault(_ reason: String, at place: TextPlace) -> AccessFault { AccessFault("\(path):\(place): \(reason)") }

    /// What stands below a key, which is a map.
    func map(_ key: String, _ known: [String]) throws(AccessFault) -> HTTPConfigMap? {
        guard let value = self[key], !value.isNothing else { return nil }
        return try HTTPConfigMap(value, key, known, of: path)
    }

    /// `nil` where nothing is written.
    func text(_ key: String) throws(AccessFault) -> String? {
        guard let value = self[key], !value.isNothing else { return nil }
        // What is wrong is named, and its text is not: it may be a secret.
        guard let scalar = value.scalar else { throw fault("\(key) is \(value.kind): write a text", at: value.place) }
        return scalar.string
    }

    func texts(_ key: String) throws(AccessFault) -> [String] {
        guard let value = self[key], !value.isNothing else { return [] }
        guard let elements = value.sequence else {
            throw fault("\(key) is \(value.kind): write a list of texts", at: value.place)
        }
        var texts: [String] = []
        for element in elements {
            guard let scalar = element.scalar else {
                throw fault("\(key) has \(element.kind) in it: write a list of texts", at: element.place)
            }
            texts.append(scalar.string)
        }
        return texts
    }

    /// A truth as Prometheus' parser reads it: by the words of YAML 1.1 (https://yaml.org/type/bool.html), without quotes.
    func boolean(_ key: String) throws(AccessFault) -> Bool? {
        guard let text = try text(key) else { return nil }
        switch self[key]?.scalar?.style == .plain ? text : "" {
        case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y": return true
        case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N": return false
        default: throw fault("\(key) is neither true nor false", at: self[key]?.place ?? place)
        }
    }

    /// The text below a key, or what a file has that another key names.
    func secret(_ key: String, orFile fileKey: String) throws(AccessFault) -> String? {
        let (own, file) = (try text(key), try text(fileKey))
        guard own == nil || file == nil else {
            throw fault("\(key) and \(fileKey) say the same: leave one of both out", at: self[fileKey]?.place ?? place)
        }
        guard let file else { return own }
        return try secret(inFile: file)
    }

    /// The path of a file that is named here, from the folder of this one.
    func resolved(_ file: String) -> String {
        file.hasPrefix("/") ? file : URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent(file).path
    }

    func secret(inFile file: String) throws(AccessFault) -> String {
        try SecretFile.text(of: resolved(file), for: path)
    }
}

extension Node {
    var place: TextPlace { TextPlace(line: mark?.line ?? 1, column: mark?.column ?? 1) }

    /// Whether nothing was written, or `~` or `null`, which say the same.
    var isNothing: Bool {
        scalar.map { $0.style == .plain && ["", "~", "null", "Null", "NULL"].contains($0.string) } ?? false
    }

    /// The kind of the value with its article, for a message to a person.
    var kind: String {
        switch self {
        case .scalar: isNothing ? "nothing" : "a text"
        case .sequence: "a list"
        case .mapping: "a map"
        case .alias: "an alias"
        }
    }
}

/// Files that may have secrets in them: they are read in bounds, and what they hold is in no message.
enum SecretFile {
    /// The size of a file past which it is taken for another one, in bytes.
    static let longest = 1 << 20

    /// - Parameter place: who names the file.
    static func bytes(of path: String, for place: String) throws(AccessFault) -> [UInt8] {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw AccessFault("\(place): \(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { try? file.close() }
        guard let data = try? file.read(upToCount: longest + 1) else {
            throw AccessFault("\(place): \(path) is no file that can be read")
        }
        guard data.count <= longest else {
            throw AccessFault("\(place): \(path) has more than \(longest) bytes: name another file")
        }
        return Array(data)
    }

    /// The text of a file without white space around it.
    static func text(of path: String, for place: String) throws(AccessFault) -> String {
        guard let text = String(validating: try bytes(of: path, for: place), as: UTF8.self) else {
            throw AccessFault("\(place): \(path) is no text of UTF-8")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
