import ApusLimits
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import NotificationStore

extension Request {
    /// The largest body that is read, in bytes.
    static var largestBody: Int { RequestLimits.body.value.bytes }

    private static let idempotencyKeyName = HTTPField.Name("idempotency-key")

    /// Refuses a body that is not declared to be JSON, or is compressed.
    func requireJSON() throws(Problem) {
        guard let text = headers[.contentType], let type = MediaType(from: text), type.isType(.applicationJson) else {
            throw .notDeclaredJSON(headers[.contentType])
        }
        for coding in headers[values: .contentEncoding] where coding.lowercased() != "identity" { throw .coded(coding) }
    }

    /// Reads the whole body.
    func bytes() async throws -> [UInt8] {
        // What says that it is too large need not be read to know it.
        if let length = headers[.contentLength].map({ Int($0) ?? .max }), length > Self.largestBody { throw Problem.tooLarge }
        do {
            return Array(buffer: try await body.collect(upTo: Self.largestBody))
        } catch is NIOTooManyBytesError {
            throw Problem.tooLarge
        } catch is HTTPParserError {
            throw Problem.malformedBody
        } catch is UploadBroken {
            throw Problem.clientGone
        } catch is BodyRefused {
            throw Problem.bodiesRefused
        }
    }

    /// Reads the client's key for this request, 1 to 255 bytes; nil when it gives none.
    func idempotencyKey() throws(Problem) -> String? {
        guard let name = Self.idempotencyKeyName else { return nil }
        let values = headers[values: name]
        guard let key = values.first else { return nil }
        guard values.count == 1 else { throw .idempotencyKey("is given \(values.count) times") }
        guard (1...255).contains(key.utf8.count) else {
            throw .idempotencyKey(key.isEmpty ? "is empty" : "has \(key.utf8.count) bytes")
        }
        return key
    }
}
