import ApusLimits
import ApusMetrics

/// Which of a machine's journals are followed: the system's own, those of namespaces, or both.
package struct JournalNamespaces: Sendable, Equatable {
    /// Whether the system's own journal is followed too.
    package let includesSystem: Bool
    /// The namespaces that are followed whether they are there yet or not, each once.
    package let names: [String]
    /// Whether every namespace is followed that is there or comes.
    package let includesAll: Bool

    /// Whether several journals can be followed, so that series say whose they are.
    package var isSeveral: Bool { includesAll || names.count + (includesSystem ? 1 : 0) > 1 }

    /// - Parameter texts: names of namespaces; `+NAME` for the system's own journal besides, and `*` for all of them and the system's,
    ///   as journalctl(1) has it.
    /// - Throws: ``JournalNamespaceFault``.
    package init(_ texts: [String]) throws(JournalNamespaceFault) {
        var names: [String] = []
        for text in texts where text != "*" {
            let name = text.hasPrefix("+") ? String(text.dropFirst()) : text
            guard Self.isLegal(name) else { throw .name(text) }
            if !names.contains(name) { names.append(name) }
        }
        guard names.count <= JournalFollowingLimits.namespaces.value else { throw .tooMany(names.count) }
        self.names = names
        includesAll = texts.contains("*")
        includesSystem = texts.contains { $0 == "*" || $0.hasPrefix("+") }
    }

    /// Whether systemd takes a namespace's name: it is a part of a unit's and a folder's.
    static func isLegal(_ name: String) -> Bool {
        (1...200).contains(name.utf8.count) && name != "." && name != ".." && !name.hasPrefix("+")
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 48...57: true
                default: ":-_.\\".utf8.contains(byte)
                }
            }
    }

    /// The namespaces that there are now, where all are to be followed, in order.
    package var present: [String] { includesAll ? JournalFiles.namespaces() : [] }
}

/// Why namespaces cannot be followed.
package enum JournalNamespaceFault: Error, Equatable, CustomStringConvertible {
    case name(String)
    case tooMany(Int)

    package var description: String {
        switch self {
        case .name(let text):
            "“\(text)”: write a namespace's name, as of systemd-journald@NAME.service, +NAME for the system's journal besides, or * for all"
        case .tooMany(let count):
            "\(count) namespaces: \(JournalFollowingLimits.namespaces.value) at most; \(JournalFollowingLimits.namespaces.remedy)"
        }
    }
}

extension JournalFollowerConfiguration {
    /// The name of a pattern whose label would be that of namespaces; `nil` where there is none.
    package var patternWithNamespace: String? {
        guard namespaces?.isSeveral ?? false else { return nil }
        return patterns.first { $0.family.labelNames.contains("namespace") }?.family.name
    }

    /// What the follower of one of several journals does.
    ///
    /// - Parameters:
    ///   - namespace: `nil` for the system's own.
    ///   - isNew: whether the namespace came while the agent ran, so that all that is in it counts.
    package func following(_ namespace: String?, isNew: Bool = false) -> JournalFollowerConfiguration {
        guard let namespaces else { return self }
        var one = self
        one.namespaces = nil
        one.followers = namespaces.isSeveral ? JournalFollowingLimits.namespaces.value + 1 : 1
        guard let namespace else { return one }
        one.source = .namespace(namespace)
        one.statePath = "\(statePath)@\(namespace)"
        if namespaces.isSeveral { one.limits = limits.ofNamespace } else { one.formerStatePath = statePath }
        if isNew { one.beginning = .beginning }
        return one
    }
}
