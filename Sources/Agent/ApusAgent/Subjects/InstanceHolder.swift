package import AgentMetrics
import ApusLinux
import ApusSegment
import ApusText

/// Who may report under the name of an expected instance.
package enum InstanceHolder: Hashable, Sendable {
    /// Processes of a user, by its number.
    case user(UInt32)
    /// Processes of a unit of systemd.
    case unit(String)

    /// What is wrong with a process that wants the name; `nil` when it may have it.
    ///
    /// - Parameter unit: the unit that the process runs in; `nil` where none can be seen.
    func refusal(of peer: ReportPeer, unit: @autoclosure () -> String?) -> String? {
        switch self {
        case .user(let uid):
            return peer.uid == uid ? nil : "it belongs to uid \(uid), as what is expected says, and this is \(peer)"
        case .unit(let name):
            let own = unit()
            guard own != name else { return nil }
            return "it belongs to the unit \(name), as what is expected says, and \(peer) runs in "
                + (own.map { "\($0)" } ?? "none that can be seen")
        }
    }
}

/// An instance that is expected, and who may report under its name.
package struct ExpectedInstance: Hashable, Sendable, CustomStringConvertible {
    package let identity: InstanceIdentity
    /// `nil`: whoever reports first, until that one has ended for as long as it is served.
    package let holder: InstanceHolder?

    package init(_ identity: InstanceIdentity, holder: InstanceHolder? = nil) {
        self.identity = identity
        self.holder = holder
    }

    /// Reads `SERVICE/INSTANCE`, and behind it, where that is said, whose it is: `uid=NUMBER`, `user=NAME` or `unit=UNIT`.
    ///
    /// - Throws: ``ExpectedInstanceFault``.
    package init(_ text: String) throws(ExpectedInstanceFault) {
        var name = text
        var holder: InstanceHolder?
        // A name may have spaces in it: only a last word of the form counts.
        if let space = text.lastIndex(of: " "), let equals = text[space...].firstIndex(of: "="),
            let key = Key(rawValue: String(text[text.index(after: space)..<equals]))
        {
            holder = try Self.holder(key, String(text[text.index(after: equals)...]))
            name = String(text[..<space])
            while name.hasSuffix(" ") || name.hasSuffix("\t") { name.removeLast() }
        }
        // What looks like whose it is, or like a comment, and is neither would protect nobody, and be a name that is down for ever.
        let words = name.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst()
        if let word = words.first(where: { $0.hasPrefix("#") || $0.contains("=") }) {
            throw ExpectedInstanceFault(
                reason: word.hasPrefix("#")
                    ? "a comment stands on a line of its own"
                    : "\(String(word).quotedExcerpt()) says not whose it is: write one of uid=NUMBER, user=NAME and unit=UNIT, behind all else"
            )
        }
        guard let identity = InstanceIdentity(name), (try? Hello(service: identity.service, instance: identity.instance)) != nil
        else { throw ExpectedInstanceFault(reason: nil) }
        self.init(identity, holder: holder)
    }

    private enum Key: String {
        case uid, user, unit
    }

    private static func holder(_ key: Key, _ value: String) throws(ExpectedInstanceFault) -> InstanceHolder {
        switch key {
        case .uid:
            guard let uid = UInt32(value), uid != ReportPeer.unknownUser else {
                throw ExpectedInstanceFault(reason: "uid=\(value) is no number of a user: write it as `id -u` does")
            }
            return .user(uid)
        case .user:
            guard let uid = UserAccount.uid(of: value) else {
                throw ExpectedInstanceFault(
                    reason: "there is no user \(value): make it (systemd-sysusers for the generated units), or write uid=NUMBER"
                )
            }
            return .user(uid)
        case .unit:
            guard value.contains("."), !value.hasPrefix(".") else {
                throw ExpectedInstanceFault(reason: "unit=\(value): write the unit's name with its type, such as nginx.service")
            }
            return .unit(value)
        }
    }

    /// How one is written, for what is said of errors.
    package static let form =
        "write SERVICE/INSTANCE, such as worker/worker-1, at most \(Hello.longestValue) bytes each and without , \" \\ and what is not seen"

    package var description: String { identity.description }
}

/// What is wrong with the text of an expected instance.
package struct ExpectedInstanceFault: Error, Equatable {
    /// `nil` where it is of another form altogether: ``ExpectedInstance/form``.
    package let reason: String?
}
