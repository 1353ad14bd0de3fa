import MetricsTestKit
import Testing

@Suite(.timeLimit(.minutes(2))) struct `An idempotency key` {
    @Test func `replays the first answer for the same content, however it is laid out`() async throws {
        try await withAPI { api in
            let first = try await api.post(webhook, key: "key")
            #expect(first.status == 202)
            #expect(!first.isReplay)
            let again = try await api.post(webhook, key: "key")
            #expect(again.status == first.status)
            #expect(again.bytes == first.bytes)
            #expect(again.isReplay)
            let laidOut = """
                { "webhookUrl": "http://127.0.0.1:9/hook", "body": "Th\\u0065re",
                  "title": "Hi", "channel": "webhook", "userId": "user-1", "deliverAt": null }
                """
            #expect(try await api.post(laidOut, key: "key").bytes == first.bytes)
            #expect(try await api.total == 1)
        }
    }

    @Test(arguments: [
        log, "[\(webhook)]", webhook.replacing("user-1", with: "user-2"), webhook.replacing("Hi", with: "Ho"),
        webhook.replacing("There", with: "Here"), webhook.replacing("/hook", with: "/hooked"),
        webhook.replacing("}", with: #","deliverAt":"2026-11-21T09:30:00Z"}"#),
        // The same letters, otherwise divided.
        webhook.replacing(#""Hi","body":"There""#, with: #""HiT","body":"here""#),
    ])
    func `refuses other content by 422 and stores nothing`(other: String) async throws {
        try await withAPI { api in
            let first = try await api.post(webhook, key: "key")
            let conflict = try await api.post(other, key: "key")
            #expect(conflict.status == 422)
            #expect(try conflict.problem.type == "urn:apus:problem:idempotency-conflict")
            #expect(try await api.total == 1)
            #expect(try await api.post(webhook, key: "key").bytes == first.bytes)
        }
    }

    @Test func `stores once when many use it at once, and all get the same answer`() async throws {
        try await withAPI { api in
            let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
                for _ in 0..<40 { group.addTask { try await api.post(webhook, key: "same") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(replies.allSatisfy { $0.status == 202 })
            #expect(Set(replies.map(\.text)).count == 1)
            #expect(replies.count { !$0.isReplay } == 1)
            #expect(try await api.total == 1)
            #expect(api.metrics.counterTotal(label: "notifications_enqueued_total") == 1)
        }
    }

    @Test func `holds for a batch as a whole`() async throws {
        try await withAPI { api in
            let first = try await api.post("[\(log),\(webhook)]", key: "batch")
            let again = try await api.post("[\(log),\(webhook)]", key: "batch")
            #expect(try again.ids == first.ids)
            #expect(again.isReplay)
            #expect(try await api.post("[\(webhook),\(log)]", key: "batch").status == 422)
            #expect(try await api.total == 2)
        }
    }

    @Test func `tells requests apart only by the whole of it`() async throws {
        try await withAPI { api in
            let ids = try await [
                api.post(log, key: "a").id, api.post(log, key: "A").id, api.post(log, key: "a ").id, api.post(log).id,
                api.post(log).id,
            ]
            // White space around a header's value is none of it, RFC 9110 5.5.
            #expect(ids[0] == ids[2])
            #expect(Set(ids).count == 4)
        }
    }

    @Test func `of a refused request is free for the corrected one`() async throws {
        try await withAPI { api in
            #expect(try await api.post("{}", key: "key").status == 400)
            let corrected = try await api.post(log, key: "key")
            #expect(corrected.status == 202)
            #expect(!corrected.isReplay)
        }
    }

    @Test func `has 1 to 255 bytes and is given once`() async throws {
        try await withAPI { api in
            #expect(try await api.post(log, key: String(repeating: "k", count: 255)).status == 202)
            for reply in try await [
                api.post(log, key: ""), api.post(log, key: String(repeating: "k", count: 256)),
                api.post(log, headers: [("Idempotency-Key", "a"), ("Idempotency-Key", "a")]),
            ] {
                #expect(reply.status == 400)
                #expect(try reply.problem.type == "urn:apus:problem:invalid-idempotency-key")
            }
            #expect(try await api.total == 1)
        }
    }
}
