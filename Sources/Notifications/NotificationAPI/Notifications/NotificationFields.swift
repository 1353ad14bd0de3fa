import ApusText
import NotificationStore

/// Reads one notification from the members of a JSON object, and collects everything that is wrong with it.
struct NotificationFields {
    static let names: Set<String> = ["userId", "channel", "title", "body", "webhookUrl", "deliverAt"]

    private let members: [PlacedJSON.Member]
    /// The JSON path of the object; empty when it is the whole body.
    private let path: String
    private(set) var problems: [FieldProblem] = []

    private init(_ members: [PlacedJSON.Member], path: String) {
        self.members = members
        self.path = path
    }

    /// Reads one notification.
    ///
    /// - Parameter problems: receives what is wrong.
    /// - Returns: nil when anything is.
    static func notification(_ json: PlacedJSON, path: String, problems: inout [FieldProblem]) -> NewNotification? {
        guard case .object(let members) = json.value else {
            problems.append(
                FieldProblem(
                    field: path, problem: "is \(json.kind)", expected: "an object with userId, channel, title and body"))
            return nil
        }
        var fields = Self(members, path: path)
        let notification = fields.notification()
        problems += fields.problems
        return notification
    }

    private mutating func notification() -> NewNotification? {
        let userID = text("userId", longest: 256)
        let channel = channel()
        let title = text("title", longest: 200)
        let body = text("body", longest: 10_000)
        let webhookURL = webhookURL(channel)
        let deliverAt = deliverAt()
        for name in members.map(\.name).sorted() where !Self.names.contains(name) {
            report(
                name.excerpt(64), "is no field of a notification",
                "one of \(Self.names.sorted().joined(separator: ", "))")
        }
        guard problems.isEmpty, let userID, let channel, let title, let body else { return nil }
        return NewNotification(
            userID: userID, channel: channel, title: title, body: body, webhookURL: webhookURL, deliverAt: deliverAt)
    }

    private mutating func report(_ name: String, _ problem: String, _ expected: String) {
        problems.append(FieldProblem(field: path.isEmpty ? name : "\(path).\(name)", problem: problem, expected: expected))
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
        guard let channel = Channel(rawValue: name) else {
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
        return instant
    }

    /// Reads the string of a field; an optional one may be null, which many encoders write for what is not there.
    private mutating func string(_ name: String, expected: String, isRequired: Bool) -> String? {
        let json = members.first { $0.name == name }?.value
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
