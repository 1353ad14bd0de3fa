import ApusLimits
import ApusText
import NotificationStore

/// Bodies of requests to enqueue: what is taken keeps its bounds and says the same when it is written anew; what is refused says why,
/// briefly.
enum BodyAttack {
    static func run(_ json: [UInt8]) {
        do {
            let request = try EnqueueRequest(json: json)
            require(
                (1...EnqueueRequest.largestBatch).contains(request.notifications.count),
                "a batch of \(request.notifications.count)")
            for notification in request.notifications { check(notification) }
            checkWay(request)
        } catch {
            check(error)
        }
    }

    private static func check(_ problem: Problem) {
        switch problem {
        case .notJSON(let error):
            require(error.description.utf8.count <= 1024, "a fault of \(error.description.utf8.count) bytes")
        case .fields(let fields):
            require(fields.count >= fields.listed.count && !fields.listed.isEmpty, "a refusal without a reason")
            require(fields.listed.count <= RequestLimits.fields.value, "\(fields.listed.count) fields in an answer")
            for field in fields.listed {
                let size = field.field.utf8.count + field.problem.utf8.count + field.expected.utf8.count
                require(size <= 512, "a field's problem of \(size) bytes")
            }
        }
    }

    private static func check(_ notification: NewNotification) {
        for (text, longest) in [(notification.userID, 256), (notification.title, 200), (notification.body, 10_000)] {
            require((1...longest).contains(text.unicodeScalars.count), "\(text.unicodeScalars.count) characters of \(longest)")
            require(!text.utf8.contains(0), "a text holds U+0000")
        }
        require((notification.webhookURL != nil) == (notification.channel == .webhook), "an address without a webhook, or none")
    }

    private static func checkWay(_ request: EnqueueRequest) {
        for isReversed in [false, true] {
            let written = json(request, isReversed: isReversed)
            guard let again = try? EnqueueRequest(json: Array(written.utf8)) else {
                return require(false, "what was taken is refused when it is written anew: \(written)")
            }
            require(
                zip(request.notifications, again.notifications).allSatisfy { isSame($0, $1) }
                    && again.notifications.count == request.notifications.count && again.isBatch == request.isBatch,
                "a request says something else when it is written anew")
            require(again.fingerprint == request.fingerprint, "the same request has two fingerprints")
        }
        require(request.fingerprint.utf8.count == 32, "a fingerprint of \(request.fingerprint.utf8.count) digits")
        guard !request.isBatch, let only = request.notifications.first, only.title.unicodeScalars.count < 200,
            let other = try? EnqueueRequest(
                json: Array("{\(members(of: only, titled: only.title + "x").joined(separator: ","))}".utf8))
        else { return }
        require(other.fingerprint != request.fingerprint, "two requests have one fingerprint")
    }

    private static func isSame(_ one: NewNotification, _ other: NewNotification) -> Bool {
        func bytes(_ notification: NewNotification) -> [[UInt8]] {
            [notification.userID, notification.title, notification.body, notification.webhookURL ?? ""].map { Array($0.utf8) }
        }
        return bytes(one) == bytes(other) && one.channel == other.channel && one.deliverAt == other.deliverAt
    }

    private static func json(_ request: EnqueueRequest, isReversed: Bool) -> String {
        let objects = request.notifications.map { notification in
            let members = members(of: notification, titled: notification.title)
            return "{ \((isReversed ? members.reversed() : members).joined(separator: "\n,\t")) }"
        }
        guard request.isBatch else { return objects.joined() }
        let list = "[\(objects.joined(separator: ", "))]"
        return isReversed ? "{\"notifications\":\(list)}" : list
    }

    private static func members(of notification: NewNotification, titled title: String) -> [String] {
        [
            "\"userId\":\(quoted(notification.userID))", "\"channel\":\(quoted(notification.channel.rawValue))",
            "\"title\":\(quoted(title))", "\"body\":\(quoted(notification.body))",
        ] + (notification.webhookURL.map { ["\"webhookUrl\":\(quoted($0))"] } ?? [])
            + (notification.deliverAt.map { ["\"deliverAt\":\(quoted($0.rfc3339))"] } ?? [])
    }

    /// A string of JSON in which every character that needs no escape is escaped now and then.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for (place, unit) in text.utf16.enumerated() {
            let isPlain = unit >= 0x20 && unit < 0x7f && unit != 0x22 && unit != 0x5c
            guard !isPlain || place % 7 == 6 else {
                result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
                continue
            }
            let digits = String(unit, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        return result + "\""
    }

    // MARK: - Composed bodies

    private static let names = ["userId", "channel", "title", "body", "webhookUrl", "deliverAt", "notifications", "other"]

    /// A body whose members and values the fuzzer chooses.
    static func composed(_ program: inout ByteProgram) -> [UInt8] {
        var json = object(&program)
        switch program.byte() % 3 {
        case 0: break
        case 1:
            // Many of what is short.
            let count = min(Int(program.number(UInt16.self)) % 1100, 65_536 / json.utf8.count) + 1
            json = "[\(Array(repeating: json, count: count).joined(separator: ","))]"
        default: json = "{\"notifications\":[\(json),\(object(&program))]}"
        }
        return Array(json.utf8)
    }

    /// An object that would be taken, with some values changed; now and then a member comes twice.
    private static func object(_ program: inout ByteProgram) -> String {
        let shape = program.byte()
        var members = [("userId", "\"u\""), ("channel", "\"log\""), ("title", "\"t\""), ("body", "\"b\"")]
        if shape & 1 != 0 {
            members[1].1 = "\"webhook\""
            members.append(("webhookUrl", "\"https://example.com/\""))
        }
        for _ in 0..<Int(shape >> 5) + 1 where !program.isAtEnd {
            let member = (names[program.index(below: names.count)], value(&program))
            if shape & 16 == 0, let place = members.firstIndex(where: { $0.0 == member.0 }) {
                members[place] = member
            } else {
                members.append(member)
            }
        }
        return "{\(members.map { "\(quoted($0.0)):\($0.1)" }.joined(separator: ","))}"
    }

    /// Lengths at which a check may be off by one.
    private static let edges = [0, 1, 199, 200, 201, 255, 256, 257, 2047, 2048, 2049, 9999, 10_000, 10_001]

    private static func value(_ program: inout ByteProgram) -> String {
        switch program.byte() % 8 {
        case 0: "null"
        case 1: "-\(program.byte()).5e\(program.byte())"
        case 2: "[[{}]]"
        case 3: quoted("2026-11-21T09:30:00." + String(program.number(UInt16.self)) + "+01:00")
        case 4: quoted("https://a.example/" + String(decoding: program.text(), as: UTF8.self))
        case 5: quoted(String(repeating: "é", count: edges[program.index(below: edges.count)]))
        default: quoted(String(decoding: program.text(), as: UTF8.self))
        }
    }
}
