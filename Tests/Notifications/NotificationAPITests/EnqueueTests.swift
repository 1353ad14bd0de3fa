import AsyncHTTPClient
import FoundationEssentials
import GRDB
import HostTesting
import NIOCore
import NIOHTTP1
import NotificationAPI
import NotificationStore
import NotificationTesting
import Testing

@Suite(.timeLimit(.minutes(2))) struct `Enqueueing` {
    private func batch(_ count: Int) -> String { "[" + [String](repeating: log, count: count).joined(separator: ",") + "]" }

    @Test func `stores a notification, which can be read back with every field`() async throws {
        try await withAPI { api in
            let moment = Instant(milliseconds: Instant.realtime().milliseconds / 1000 * 1000 + 30 * 86_400_500)
            let oneHourEast = (moment + .seconds(3600)).rfc3339.replacing("Z", with: "+01:00")
            let body = #"""
                {"userId":"Zoë","channel":"webhook","title":"A \"title\"","body":"Line\n🐦","webhookUrl":"https://example.com/h?a=1",
                 "deliverAt":"\#(oneHourEast)"}
                """#
            let accepted = try await api.post(body)
            #expect(accepted.status == 202)
            #expect(accepted.type == "application/json")
            #expect(try accepted.decoded(Accepted.self).status == "pending")
            let id = try accepted.id
            #expect(accepted.headers.first(name: "location") == "/notifications/\(id)")
            let shown = try await api.get("/notifications/\(id)")
            #expect(shown.status == 200)
            let notification = try shown.decoded(Shown.self)
            #expect(notification.id == id)
            #expect(notification.userId == "Zoë")
            #expect(notification.channel == "webhook")
            #expect(notification.title == "A \"title\"")
            #expect(notification.body == "Line\n🐦")
            #expect(notification.webhookUrl == "https://example.com/h?a=1")
            #expect(notification.status == "pending")
            #expect(notification.attempts == 0)
            #expect(notification.dueAt == moment.rfc3339)
            #expect(try await api.get("/notifications/\(id.uppercased())").status == 200)
        }
    }

    struct Shown: Decodable {
        let id, userId, channel, title, body, status, dueAt, createdAt, updatedAt: String
        let webhookUrl, lastError: String?
        let attempts: Int
    }

    @Test func `never shows who holds a lease, which would name a host`() async throws {
        try await withAPI { api in
            let id = try await api.post(log).id
            _ = try await api.store.claim(limit: 1, owner: "secret-host-1234-abcd", lease: .seconds(60))
            let shown = try await api.get("/notifications/\(id)")
            #expect(try shown.decoded(Shown.self).status == "processing")
            #expect(!shown.text.contains("secret-host"))
        }
    }

    @Test func `answers for a notification that it cannot read that it cannot, and shows all others`() async throws {
        let folder = try StoreFolder()
        try await withAPI(folder: folder) { api in
            let ids = try await api.post("[\(log),\(log)]").ids
            let database = try DatabaseQueue(path: folder.database)
            try await database.write { db in
                try db.execute(sql: "UPDATE notifications SET channel = 'pigeon' WHERE id = ?", arguments: [ids[0]])
            }
            let shown = try await api.get("/notifications/\(ids[0])")
            #expect(shown.status == 409)
            #expect(try shown.problem.type == "urn:apus:problem:unreadable")
            #expect(try shown.problem.detail.contains("\(ids[0]) is stored, and in a form that this version cannot read"))
            #expect(!shown.text.contains("pigeon"))
            #expect(try await api.get("/notifications/\(ids[1])").status == 200)
        }
    }

    @Test func `answers 404 for an id that is not there, and 400 for what is no id`() async throws {
        try await withAPI { api in
            let missing = try await api.get("/notifications/00000000-0000-4000-8000-000000000000")
            #expect(missing.status == 404)
            #expect(try missing.problem.type == "urn:apus:problem:no-notification")
            let malformed = try await api.get("/notifications/17")
            #expect(malformed.status == 400)
            #expect(try malformed.problem.detail.contains("\"17\" is not a UUID"))
        }
    }

    @Test func `takes a batch as an array or as an object, and answers the ids in its order`() async throws {
        try await withAPI { api in
            let elements = (0..<3).map { #"{"userId":"user-\#($0)","channel":"log","title":"t","body":"b"}"# }.joined(
                separator: ",")
            for body in ["[\(elements)]", #"{"notifications":[\#(elements)]}"#] {
                let reply = try await api.post(body)
                #expect(reply.status == 202)
                let ids = try reply.ids
                #expect(Set(ids).count == 3)
                for (index, id) in ids.enumerated() {
                    #expect(try await api.get("/notifications/\(id)").decoded(Shown.self).userId == "user-\(index)")
                }
            }
            #expect(try await api.post("[\(log)]").ids.count == 1)
        }
    }

    @Test func `takes a batch of a thousand, and none of one more`() async throws {
        try await withAPI { api in
            #expect(try await api.post(batch(1000)).ids.count == 1000)
            #expect(try await api.total == 1000)
            let reply = try await api.post(batch(1001))
            #expect(reply.status == 400)
            #expect(try reply.problem.errors?.first?.problem == "has 1001 elements")
            #expect(try await api.total == 1000)
        }
    }

    @Test func `stores nothing of a batch in which one notification is wrong`() async throws {
        try await withAPI { api in
            let wrong = #"{"userId":"u","channel":"log","title":"","body":"b"}"#
            let reply = try await api.post(#"{"notifications":[\#(log),\#(log),\#(wrong),\#(log)]}"#)
            #expect(reply.status == 400)
            #expect(try reply.problem.fields == ["notifications[2].title"])
            #expect(try await api.total == 0)
        }
    }

    @Test func `answers 413 to a body over 1 MiB, whether its length is declared or not`() async throws {
        try await withAPI { api in
            let padding = String(repeating: " ", count: (1 << 20) - log.utf8.count)
            #expect(try await api.post(log + padding).status == 202)
            let declared = try await api.post(log + padding + " ")
            #expect(declared.status == 413)
            #expect(try declared.problem.detail.contains("1048576 bytes"))
            let chunk = ByteBuffer(repeating: 0x20, count: 64 << 10)
            let chunks = AsyncStream<ByteBuffer> { continuation in
                for _ in 0..<40 { continuation.yield(chunk) }
                continuation.finish()
            }
            #expect(try await api.post(.stream(chunks, length: .unknown)).status == 413)
            #expect(try await api.total == 1)
            #expect(try await api.post(log).status == 202)
        }
    }

    @Test func `answers 503 with Retry-After while another writer holds the store`() async throws {
        let folder = try StoreFolder()
        try await withAPI(folder: folder) { api in
            var configuration = GRDB.Configuration()
            configuration.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(path: folder.database, configuration: configuration)
            try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
            let reply = try await api.post(log)
            #expect(reply.status == 503)
            #expect(reply.headers.first(name: "retry-after") == "1")
            #expect(try reply.problem.type == "urn:apus:problem:busy")
            // An instance that cannot write is not ready; whoever only reads is not held up.
            #expect(try await api.get("/health/ready").status == 503)
            #expect(try await api.get("/stats").status == 200)
            try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
            try other.close()
            #expect(try await api.post(log).status == 202)
            #expect(try await api.total == 1)
        }
    }

    @Test func `survives a restart of the API`() async throws {
        let folder = try StoreFolder()
        let first = try await withAPI(folder: folder) { try await $0.post(webhook, key: "before").id }
        try await withAPI(folder: folder) { api in
            #expect(try await api.get("/notifications/\(first)").status == 200)
            let replay = try await api.post(webhook, key: "before")
            #expect(replay.isReplay)
            #expect(try replay.id == first)
        }
    }

    @Test func `names the methods of a path, and the paths`() async throws {
        try await withAPI { api in
            let wrongMethod = try await api.get("/notifications")
            #expect(wrongMethod.status == 405)
            #expect(wrongMethod.headers.first(name: "allow") == "POST")
            let id = "/notifications/00000000-0000-4000-8000-000000000000"
            #expect(try await api.get(id, method: .DELETE).headers.first(name: "allow") == "GET, HEAD")
            let nowhere = try await api.get("/notification")
            #expect(nowhere.status == 404)
            #expect(nowhere.type == "application/problem+json")
            #expect(try nowhere.problem.detail.contains("/notifications/:id"))
        }
    }
}
