import ApusLimits
import ApusText
import NotificationStore

/// Reads one notification from the members of a JSON object, and collects everything that is wrong with it.
struct NotificationFields {
    static let names = ["userId", "channel", "title", "body", "webhookUrl", "deliverAt"]

    private let members: [PlacedJSON.Member]
    /// The JSON path of the object; empty when it is the whole body.
    private let path: String
    private let now: Instant
    private(set) var problems: FieldProblems

    private init(_ members: [PlacedJSON.Member], path: String, _ now: Instant, _ problems: FieldProblems) {
        self.members = members
        self.path = path
        self.now = now
        self.problems = problems
    }

    /// Reads one notification.
    ///
    /// - Parameters:
    ///   - now: the moment from which on the time ahead of the notification counts.
    ///   - problems: receives what is wrong.
    /// - Returns: nil when anything is.
    static func notification(
        _ json: PlacedJSON, path: String, _ now: Instant, problems: inout FieldProblems
    ) -> NewNotification? {
        guard case .object(let members) = json.value else {
            problems.add(
                FieldProblem(
                    field: path, problem: "is \(json.kind)", expected: "an object with userId, channel, title and body"))
            return nil
        }
        var fields = Self(members, path: path, now, problems)
        let notification = fields.notification()
        problems = fields.problems
        return notification
    }

    private mutating func notification() -> NewNotification? {
        let earlier = problems.count
        let userID = text("userId", longest: 256)
        let channel = channel()
        let title = text("title", longest: 200)
        let body = text("body", longest: 10_000)
        let webhookURL = webhookURL(channel)
        let deliverAt = deliverAt()
        problems.addNames(members.map(\.name).filter { name in !Self.names.contains { $0.hasSameBytes(as: name) } }) { [path] in
            Self.problem(
                path, $0.excerpt(64), "is no field of a notification", "one of \(Self.names.sorted().joined(separator: ", "))")
        }
        guard problems.count == earlier, let userID, let channel, let title, let body else { return nil }
        return NewNotification(
            userID: userID, channel: channel, title: title, body: body, webhookURL: webhookURL, deliverAt: deliverAt)
    }

    private mutating func report(_ name: String, _ problem: String, _ expected: String) {
        problems.add(Self.problem(path, name, problem, expected))
    }

    private static func problem(_ path: String, _ name: String, _ problem: String, _ expected: String) -> FieldProblem {
        FieldProblem(field: path.isEmpty ? name : "\(path).\(name)", problem: problem, expected: expected)
    }

    /// Reads a text that must be there.
    private mutating func text(_ name: String, longest: Int) -> String? {
        let expected = "a string of 1 to \(longest) characters"
        guard let text = string(name, expected: expected, isRequired: true) else { return nil }
        // As JSON Schema counts: code points, which is what the sender can count in any language.
        let count = text.unicodeScalars.count
        guard (1...longest).contains(count) else {
            report(name, count == 0 ? "is empty" : "has \(count) characters", expected)
            return nil
        }
        return text
    }

    private mutating func channel() -> Channel? {
        let expected = Channel.allCases.map(\.rawValue).joined(separator: " or ")
        guard let name = string("channel", expected: expected, isRequired: true) else { return nil }
        guard let channel = Channel.allCases.first(where: { $0.rawValue.hasSameBytes(as: name) }) else {
            report("channel", "\"\(name.excerpt(40))\" is no channel", expected)
            return nil
        }
        return channel
    }

    private mutating func webhookURL(_ channel: Channel?) -> String? {
        let text = string("webhookUrl", expected: WebhookAddress.expected, isRequired: channel == .webhook)
        guard let text else { return nil }
        if channel == .log {
            report("webhookUrl", "is given for the channel log", "no webhookUrl, or the channel webhook")
            return nil
        }
        if let problem = WebhookAddress.problem(in: text) {
            report("webhookUrl", problem, WebhookAddress.expected)
            return nil
        }
        return text
    }

    private mutating func deliverAt() -> Instant? {
        let expected = "a moment as RFC 3339 writes it, with an offset, such as 2026-11-21T09:30:00+01:00"
        guard let text = string("deliverAt", expected: expected, isRequired: false) else { return nil }
        guard let instant = Instant(rfc3339: text) else {
            report("deliverAt", "\"\(text.excerpt(40))\" is no such moment", expected)
            return nil
        }
        let latest = now + RequestLimits.ahead.value
        guard instant <= latest else {
            report(
                "deliverAt", "\"\(text.excerpt(40))\" is too far ahead",
                "a moment until \(latest.rfc3339), a year from now; keep it until then")
            return nil
        }
        return instant
    }

    /// Reads the string of a field; an optional one may be null, which many encoders write for what is not there.
    private mutating func string(_ name: String, expected: String, isRequired: Bool) -> String? {
        let json = members.first { $0.name.hasSameBytes(as: name) }?.value
        switch json?.value {
        case .string(let text):
            // Databases end a text at this character.
            guard !text.unicodeScalars.contains("\u{0}") else {
                report(name, "holds the character U+0000", expected)
                return nil
            }
            return text
        case nil:
            if isRequired { report(name, "is missing", expected) }
            return nil
        case .null where !isRequired:
            return nil
        case .some:
            report(name, "is \(json?.kind ?? "missing")", expected)
            return nil
        }
    }
}
