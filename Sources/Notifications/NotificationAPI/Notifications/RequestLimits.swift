package import ApusLimits

/// What one request to the API may hold.
package enum RequestLimits: LimitCatalog {
    package static let title = "Requests to the API"

    package static let body = Limit(
        ByteLimit.mebibytes(1), "bytes of a request's body", per: "request",
        remedy: "the client is answered with 413; send fewer notifications at a time")
    package static let batch = Limit(
        1000, "notifications of a batch", per: "request", remedy: "the client is answered with 400; send several batches")

    package static let fields = Limit(
        50, "wrong fields that an answer lists", per: "request",
        remedy: "the client mends those, and sees the next ones; the answer has the number of all")
    package static let ahead = Limit(
        Duration.seconds(366 * 86_400), "time ahead of now of a notification's deliverAt", per: "notification",
        remedy: "the client is answered with 400; keep it, and send it nearer to its time")

    package static let name = Limit(
        ByteLimit(bytes: 64), "bytes of a member's name in a request's body", per: "request",
        remedy: "the client is answered with 400; no field of a notification has such a name")

    package static let all: [any AnyLimit] = [body, batch, fields, ahead, name]
}
