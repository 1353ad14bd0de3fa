import ApusMetrics

/// The bodies that a receiver answers with, in either encoding.
package enum OTLPAnswer {
    /// The encodings of OTLP over HTTP.
    package enum Encoding: Sendable {
        case protobuf
        case json

        /// The encoding that a `Content-Type` names; `nil` when it is none of OTLP's.
        package init?(contentType: String) {
            let type = contentType.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
            switch type {
            case "application/x-protobuf": self = .protobuf
            case "application/json": self = .json
            default: return nil
            }
        }

        package var contentType: String {
            switch self {
            case .protobuf: "application/x-protobuf"
            case .json: "application/json"
            }
        }
    }

    /// An `ExportMetricsServiceResponse`, for the status 200: of a request that was taken whole, and is served, empty; else with the
    /// number of points that were not taken and why, or with a warning alone.
    package static func response(_ taken: OTLPLedger.Taken, as encoding: Encoding) -> [UInt8] {
        let message = taken.reasons.joined(separator: "; ")
        switch encoding {
        case .protobuf:
            guard !taken.reasons.isEmpty else { return [] }
            var writer = ProtobufWriter()
            let partial = writer.open(1)
            writer.unsigned(1, UInt64(taken.rejectedPoints))
            writer.string(2, message)
            writer.close(partial)
            return writer.bytes
        case .json:
            guard !taken.reasons.isEmpty else { return Array("{}".utf8) }
            // Protobuf's JSON has numbers of 64 bits as strings.
            return Array(
                ("{\"partialSuccess\":{\"rejectedDataPoints\":\"\(taken.rejectedPoints)\",\"errorMessage\":"
                    + "\(OTLPText.quoted(message))}}").utf8)
        }
    }

    /// A `google.rpc.Status` with a message, for a status of 400 or more.
    package static func status(_ message: String, as encoding: Encoding) -> [UInt8] {
        switch encoding {
        case .protobuf:
            var writer = ProtobufWriter()
            writer.string(2, message)
            return writer.bytes
        case .json: return Array("{\"message\":\(OTLPText.quoted(message))}".utf8)
        }
    }
}
