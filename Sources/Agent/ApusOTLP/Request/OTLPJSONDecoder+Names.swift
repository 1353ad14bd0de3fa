import ApusText

/// Members that are called as protobuf's source has its fields, and not as OTLP has them in JSON.
///
/// Members that are not known are passed over; these would be so with all that they hold, and nobody would hear of it.
extension OTLPJSONDecoder {
    /// - Throws: the first field with underscores, with the name that it has in JSON.
    func refuseUnderscores(_ json: PlacedJSON) throws(OTLPError) {
        if case .array(let elements) = json.value {
            for element in elements { try refuseUnderscores(element) }
        }
        for member in json.members {
            if member.name.utf8.contains(UInt8(ascii: "_")), let name = Self.names[member.name] {
                throw OTLPError(
                    place: .text(TextPlace(offset: member.nameOffset, in: body)),
                    reason:
                        "\(member.name) is called \(name) in OTLP's JSON, as all fields are in lowerCamelCase: have the exporter "
                        + "write them so, or send protobuf")
            }
            try refuseUnderscores(member.value)
        }
    }

    /// The fields of a request that have several words, by their names in protobuf's source.
    private static let names = Dictionary(
        uniqueKeysWithValues: [
            "resource_metrics", "scope_metrics", "schema_url", "dropped_attributes_count", "string_value", "bool_value",
            "int_value", "double_value", "array_value", "kvlist_value", "bytes_value", "data_points", "exponential_histogram",
            "aggregation_temporality", "is_monotonic", "start_time_unix_nano", "time_unix_nano", "as_double", "as_int",
            "bucket_counts", "explicit_bounds", "zero_count", "zero_threshold", "quantile_values", "filtered_attributes",
            "span_id", "trace_id",
        ].map { name in
            let words = name.split(separator: "_")
            return (name, words.dropFirst().reduce(String(words[0])) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() })
        })
}
