import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// An answer of the API, read to its end.
struct Reply: Sendable {
    let status: UInt
    let headers: HTTPHeaders
    let bytes: [UInt8]

    init(_ response: HTTPClientResponse) async throws {
        status = response.status.code
        headers = response.headers
        bytes = Array(buffer: try await response.body.collect(upTo: 8 << 20))
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
    var type: String? { headers.first(name: "content-type") }
    var isReplay: Bool { headers.first(name: "idempotency-replayed") == "true" }

    func decoded<Answer: Decodable>(_ answer: Answer.Type) throws -> Answer {
        try JSONDecoder().decode(answer, from: Data(bytes))
    }

    /// The id of the notification that was accepted.
    var id: String { get throws { try decoded(Accepted.self).id } }

    var ids: [String] { get throws { try decoded(AcceptedBatch.self).ids } }

    var problem: ProblemDocument { get throws { try decoded(ProblemDocument.self) } }
}

struct Accepted: Decodable {
    let id: String
    let status: String
}

struct AcceptedBatch: Decodable { let ids: [String] }

struct ProblemDocument: Decodable {
    struct Field: Decodable, Hashable {
        let field: String
        let problem: String
        let expected: String
    }

    let type: String
    let title: String
    let status: UInt
    let detail: String
    let errors: [Field]?

    var fields: [String] { (errors ?? []).map(\.field) }
}
