package import ApusLimits

/// What one request to the API may hold.
package enum RequestLimits: LimitCatalog {
    package static let title = "Requests to the API"

    package static let body = Limit(
        ByteLimit.mebibytes(1), "bytes of a request's body", per: "request",
        remedy: "the client is answered with 413; send fewer notifications at a time")
    package static let batch = Limit(
        1000, "notifications of a batch", per: "request", remedy: "the client is answered with 400; send several batches")

    package static let all: [any AnyLimit] = [body, batch]
}
