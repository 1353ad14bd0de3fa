import NotificationAPI
import NotificationStore
import Testing

@Suite(.timeLimit(.minutes(2))) struct `A malformed notification` {
    struct Case: Sendable, CustomTestStringConvertible {
        let body: String
        let field: String
        let problem: String

        init(_ body: String, _ field: String, _ problem: String) {
            self.body = body
            self.field = field
            self.problem = problem
        }

        var testDescription: String { body.count < 100 ? body : "\(body.prefix(80))…" }
    }

    private static func webhook(_ url: String) -> String {
        #"{"userId":"u","channel":"webhook","title":"t","body":"b","webhookUrl":"\#(url)"}"#
    }

    private static func long(_ count: Int) -> String { String(repeating: "é", count: count) }

    static let cases: [Case] = [
        Case(#"{"channel":"log","title":"t","body":"b"}"#, "userId", "is missing"),
        Case(#"{"userId":"","channel":"log","title":"t","body":"b"}"#, "userId", "is empty"),
        Case(#"{"userId":7,"channel":"log","title":"t","body":"b"}"#, "userId", "is a number"),
        Case(#"{"userId":null,"channel":"log","title":"t","body":"b"}"#, "userId", "is null"),
        Case(#"{"userId":"\#(long(257))","channel":"log","title":"t","body":"b"}"#, "userId", "has 257 characters"),
        Case(#"{"userId":"a\u0000b","channel":"log","title":"t","body":"b"}"#, "userId", "holds the character U+0000"),
        Case(#"{"userId":"u","title":"t","body":"b"}"#, "channel", "is missing"),
        Case(#"{"userId":"u","channel":"sms","title":"t","body":"b"}"#, "channel", #""sms" is no channel"#),
        Case(#"{"userId":"u","channel":"Log","title":"t","body":"b"}"#, "channel", #""Log" is no channel"#),
        Case(#"{"userId":"u","channel":["log"],"title":"t","body":"b"}"#, "channel", "is an array"),
        Case(#"{"userId":"u","channel":"log","body":"b"}"#, "title", "is missing"),
        Case(#"{"userId":"u","channel":"log","title":"\#(long(201))","body":"b"}"#, "title", "has 201 characters"),
        Case(#"{"userId":"u","channel":"log","title":"t"}"#, "body", "is missing"),
        Case(#"{"userId":"u","channel":"log","title":"t","body":true}"#, "body", "is a boolean"),
        Case(#"{"userId":"u","channel":"log","title":"t","body":"\#(long(10_001))"}"#, "body", "has 10001 characters"),
        Case(#"{"userId":"u","channel":"webhook","title":"t","body":"b"}"#, "webhookUrl", "is missing"),
        Case(#"{"userId":"u","channel":"webhook","title":"t","body":"b","webhookUrl":null}"#, "webhookUrl", "is null"),
        Case(webhook(""), "webhookUrl", "is not a URL"), Case(webhook("/hook"), "webhookUrl", "is not absolute"),
        Case(webhook("ftp://example.com/"), "webhookUrl", "has the scheme ftp"),
        Case(webhook("http:///hook"), "webhookUrl", "has no host"),
        Case(webhook("https:hook"), "webhookUrl", "has no host"), Case(webhook("http://a b/"), "webhookUrl", "is not a URL"),
        Case(webhook("http://example.com:70000/"), "webhookUrl", "has the port 70000"),
        Case(
            webhook("http://example.com:99999999999999999999/"), "webhookUrl",
            "has no port from 1 to 65535 behind the colon"),
        Case(webhook("http://me:secret@example.com/"), "webhookUrl", "holds a user name or a password"),
        Case(webhook("http://example.com/" + String(repeating: "x", count: 2030)), "webhookUrl", "has 2049 bytes"),
        Case(
            #"{"userId":"u","channel":"log","title":"t","body":"b","webhookUrl":"http://example.com"}"#, "webhookUrl",
            "is given for the channel log"),
        Case(
            #"{"userId":"u","channel":"log","title":"t","body":"b","deliverAt":"2026-11-21T09:30:00"}"#, "deliverAt",
            #""2026-11-21T09:30:00" is no such moment"#),
        Case(
            #"{"userId":"u","channel":"log","title":"t","body":"b","deliverAt":"9999-01-01T00:00:00Z"}"#, "deliverAt",
            #""9999-01-01T00:00:00Z" is too far ahead"#),
        Case(#"{"userId":"u","channel":"log","title":"t","body":"b","deliverAt":1795249800}"#, "deliverAt", "is a number"),
        Case(
            #"{"userId":"u","channel":"log","title":"t","body":"b","deliverAT":"x"}"#, "deliverAT",
            "is no field of a notification"),
        Case(#""text""#, "", "is a string"), Case("[]", "", "is empty"), Case("[7]", "[0]", "is a number"),
        Case(#"{"notifications":{}}"#, "notifications", "is an object"),
        Case(#"{"notifications":[]}"#, "notifications", "is empty"),
        Case(#"{"notifications":[\#(log)],"notification":1}"#, "notification", "stands beside notifications"),
        Case(#"[\#(log),{"userId":"u","channel":"log","title":"t"}]"#, "[1].body", "is missing"),
        Case(
            #"{"notifications":[\#(log),\#(log),\#(log),{"userId":"u","channel":"fax","title":"t","body":"b"}]}"#,
            "notifications[3].channel", #""fax" is no channel"#),
    ]

    @Test func `is answered by 400 with the field named, what is wrong and what would be right`() async throws {
        try await withAPI { api in
            for example in Self.cases {
                let reply = try await api.post(example.body)
                #expect(reply.status == 400, "\(example.testDescription)")
                #expect(reply.type == "application/problem+json")
                let problem = try reply.problem
                #expect(problem.type == "urn:apus:problem:invalid-fields")
                #expect(problem.status == 400)
                #expect(problem.fields == [example.field], "\(example.testDescription)")
                #expect(problem.errors?.first?.problem == example.problem, "\(example.testDescription)")
                #expect(problem.errors?.first?.expected.isEmpty == false)
            }
            #expect(try await api.total == 0)
        }
    }

    @Test func `has all its wrong fields named at once`() async throws {
        try await withAPI { api in
            let reply = try await api.post(
                #"{"userId":"","channel":"webhook","title":3,"webhookUrl":"x","colour":"red","size":1}"#)
            #expect(try reply.problem.fields == ["userId", "title", "body", "webhookUrl", "colour", "size"])
            #expect(try reply.problem.detail == "6 fields are wrong")
        }
    }

    @Test func `in great number is not answered by a list without end`() async throws {
        try await withAPI { api in
            let reply = try await api.post("[" + [String](repeating: "{}", count: 1000).joined(separator: ",") + "]")
            #expect(reply.status == 400)
            #expect(try reply.problem.fields.count == 50)
            #expect(try reply.problem.detail == "4000 fields are wrong, of which the first 50 are listed")
        }
    }

    @Test func `of very many fields has all of them counted, and the first named`() async throws {
        try await withAPI { api in
            let members = (0..<60_000).map { "\"a\($0)\":0" }.joined(separator: ",")
            let reply = try await api.post("{\(members)}")
            #expect(reply.status == 400)
            #expect(try reply.problem.fields.count == 50)
            #expect(try reply.problem.detail == "60004 fields are wrong, of which the first 50 are listed")
            #expect(try reply.problem.fields.first == "userId")
        }
    }

    @Test(arguments: [(365, 202), (367, 400)])
    func `asks for a moment too far ahead, and for none that is nearer`(days: Int, status: UInt) async throws {
        try await withAPI { api in
            let moment = (Instant.realtime() + .seconds(days * 86_400)).rfc3339
            let reply = try await api.post(log.replacing("}", with: #","deliverAt":"\#(moment)"}"#))
            #expect(reply.status == status)
            guard status == 400 else { return }
            #expect(try reply.problem.errors?.first?.expected.hasSuffix("a year from now; keep it until then") == true)
        }
    }

    @Test func `that is not JSON is answered with the place`() async throws {
        try await withAPI { api in
            let reply = try await api.post("{\n  \"userId\": \"u\",\n  channel: 1}")
            #expect(reply.status == 400)
            #expect(try reply.problem.type == "urn:apus:problem:not-json")
            #expect(
                try reply.problem.detail
                    == "line 3, column 3: c stands where the name of a member, in quotation marks, is expected")
            #expect(try await api.post("").problem.detail.hasPrefix("line 1, column 1: the text ends"))
        }
    }

    @Test(arguments: [nil, "text/plain", "application/xml", "application/x-www-form-urlencoded", "json", "*/*"])
    func `of another content type is answered by 415`(type: String?) async throws {
        try await withAPI { api in
            let reply = try await api.post(log, type: type)
            #expect(reply.status == 415)
            #expect(try reply.problem.detail.contains("application/json"))
        }
    }

    @Test(arguments: ["application/json", "application/json; charset=utf-8", "Application/JSON"])
    func `and a sound one differ by more than the case or parameters of the content type`(type: String) async throws {
        try await withAPI { api async throws in #expect(try await api.post(log, type: type).status == 202) }
    }

    @Test func `at its limits is none`() async throws {
        try await withAPI { api async throws in
            let text =
                #"{"userId":"\#(Self.long(256))","channel":"log","title":"\#(Self.long(200))","body":"\#(Self.long(10_000))"}"#
            #expect(try await api.post(text).status == 202)
            let prefix = "http://example.com/"
            let url = prefix + String(repeating: "x", count: 2048 - prefix.count)
            #expect(try await api.post(Self.webhook(url)).status == 202)
            #expect(try await api.post(Self.webhook("HTTPS://[::1]:8443/hook?a=b#c")).status == 202)
            let nulls = #"{"userId":"u","channel":"log","title":"t","body":"b","webhookUrl":null,"deliverAt":null}"#
            #expect(try await api.post(nulls).status == 202)
        }
    }
}
