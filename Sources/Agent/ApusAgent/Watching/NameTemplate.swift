import ApusSegment

/// The name of a service or an instance, in which `${name}` stands for what a group of a regular expression captured, and `${host}` for the
/// machine's name.
package struct NameTemplate: Sendable, Hashable, CustomStringConvertible {
    private enum Part: Sendable, Hashable {
        case text(String)
        case capture(String)
    }

    private let parts: [Part]
    /// The template, with `${name}` for what is captured.
    package let description: String
    /// The name, where it refers to no group.
    package let plainName: String?

    /// What a name calls the machine that the agent runs on, where no command captures that.
    static let host = "host"

    /// Reads a template; a `$` without a brace stands for itself.
    ///
    /// - Throws: ``NameTemplateFault``.
    package init(_ text: String) throws(NameTemplateFault) {
        var parts: [Part] = []
        var rest = text[...]
        while let opening = rest.firstRange(of: "${") {
            let behind = rest[opening.upperBound...]
            guard let end = behind.firstIndex(of: "}") else { throw .unclosed }
            let name = String(behind[..<end])
            guard !name.isEmpty else { throw .unnamed }
            if opening.lowerBound > rest.startIndex { parts.append(.text(String(rest[..<opening.lowerBound]))) }
            parts.append(.capture(name))
            rest = behind[behind.index(after: end)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        let example = Self.joined(parts) { _ in "1" }
        guard (try? Hello(service: example, instance: example)) != nil else { throw .name }
        self.init(parts: parts)
    }

    private init(parts: [Part]) {
        self.parts = parts
        let text = Self.joined(parts) { "${\($0)}" }
        let isPlain = parts.allSatisfy { if case .text = $0 { true } else { false } }
        plainName = isPlain ? Hello.legalName(text) : nil
        description = plainName ?? text
    }

    /// The template with the machine's name in place of `${host}`.
    package func naming(host: String) -> NameTemplate {
        guard captures.contains(Self.host) else { return self }
        let name = Self.legalName(ofHost: host)
        return NameTemplate(parts: parts.map { $0 == .capture(Self.host) ? .text(name) : $0 })
    }

    /// What a machine is called in names; `localhost` where it has none.
    static func legalName(ofHost host: String) -> String {
        let name = Hello.legalName(host)
        return name.isEmpty ? "localhost" : name
    }

    /// The names of the groups that it refers to.
    package var captures: [String] { parts.compactMap { if case .capture(let name) = $0 { name } else { nil } } }

    /// The name with what was captured; `nil` when nothing is left of it.
    ///
    /// What a name may not have, such as a slash, is replaced by `_`, and what is past 128 bytes is left out: a command line may have
    /// anything in it.
    package func name(_ captured: [String: String]) -> String? {
        let name = Hello.legalName(Self.joined(parts) { captured[$0] ?? "" })
        return name.isEmpty ? nil : name
    }

    private static func joined(_ parts: [Part], _ capture: (String) -> String) -> String {
        parts.reduce(into: "") { text, part in
            switch part {
            case .text(let own): text += own
            case .capture(let name): text += capture(name)
            }
        }
    }
}

/// Why a text is no template of a name.
package enum NameTemplateFault: Error, Hashable {
    /// `${` without a brace behind it.
    case unclosed
    /// Nothing between the braces.
    case unnamed
    /// A name that no service and no instance can have.
    case name
}
