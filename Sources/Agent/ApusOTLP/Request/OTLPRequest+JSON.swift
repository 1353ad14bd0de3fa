import ApusMetrics
import ApusText

extension OTLPRequest {
    /// Reads a body of `application/json`: the JSON of protobuf, in which OTLP has ids as hexadecimal digits. Members that are not known
    /// are passed over.
    ///
    /// - Throws: the line and the column at which it is no such text, or is past a limit.
    package init(json body: [UInt8], limits: OTLPLimits) throws(OTLPError) {
        let json: PlacedJSON
        do {
            // Fifteen lists and objects lie around the value of an attribute at most, and four around each value within one.
            json = try JSONReader.read(
                body, as: .interchange(deepest: 20 + 4 * limits.depth, mostValues: limits.jsonValues))
        } catch {
            throw OTLPError(place: .text(error.place), reason: error.reason)
        }
        var decoder = OTLPJSONDecoder(body, limits)
        try decoder.refuseUnderscores(json)
        self.init(resources: try decoder.resources(json))
    }
}

/// Reads the objects of a request.
struct OTLPJSONDecoder {
    let body: [UInt8]
    var tally: OTLPTally

    init(_ body: [UInt8], _ limits: OTLPLimits) {
        self.body = body
        tally = OTLPTally(limits)
    }

    mutating func resources(_ json: PlacedJSON) throws(OTLPError) -> [OTLPResource] {
        guard case .object = json.value else { throw error("\(json.kind) stands where a request is expected: an object", json) }
        var resources: [OTLPResource] = []
        for json in try list(json, "resourceMetrics") {
            try count(resources.count, "resources", json)
            var resource = OTLPResource()
            if let own = json["resource"] { resource.attributes = try attributes(own, "attributes") }
            for json in try list(json, "scopeMetrics") {
                try count(resource.scopes.count, "scopes", json)
                resource.scopes.append(try scope(json))
            }
            resources.append(resource)
        }
        return resources
    }

    private mutating func scope(_ json: PlacedJSON) throws(OTLPError) -> OTLPScope {
        var scope = OTLPScope()
        if let own = json["scope"] {
            scope.name = try text(own, "name")
            scope.version = try text(own, "version")
            scope.attributes = try attributes(own, "attributes")
        }
        for json in try list(json, "metrics") {
            try count(scope.metrics.count, "metrics", json)
            scope.metrics.append(try metric(json))
        }
        return scope
    }

    private mutating func metric(_ json: PlacedJSON) throws(OTLPError) -> OTLPMetric {
        var metric = OTLPMetric()
        metric.name = try text(json, "name")
        metric.description = try text(json, "description")
        metric.unit = try text(json, "unit")
        if let data = present(json, "gauge") { metric.data = .gauge(try points(data, Self.number)) }
        if let data = present(json, "sum") {
            metric.data = .sum(
                try points(data, Self.number), try temporality(data), isMonotonic: try boolean(data, "isMonotonic"))
        }
        if let data = present(json, "histogram") {
            metric.data = .histogram(try points(data, Self.histogram), try temporality(data))
        }
        if let data = present(json, "exponentialHistogram") {
            metric.data = .exponential(try points(data, Self.exponential), try temporality(data))
        }
        if let data = present(json, "summary") { metric.data = .summary(try points(data, Self.summary)) }
        return metric
    }

    private func temporality(_ json: PlacedJSON) throws(OTLPError) -> OTLPTemporality {
        guard let member = present(json, "aggregationTemporality") else { return .unspecified }
        if case .string(let name) = member.value {
            switch name {
            case "AGGREGATION_TEMPORALITY_DELTA": return .delta
            case "AGGREGATION_TEMPORALITY_CUMULATIVE": return .cumulative
            default: return .unspecified
            }
        }
        return OTLPTemporality(number: try unsigned(json, "aggregationTemporality"))
    }

    private mutating func points<Value>(
        _ json: PlacedJSON, _ read: (inout Self, PlacedJSON) throws(OTLPError) -> Value
    ) throws(OTLPError) -> [OTLPPoint<Value>] {
        var points: [OTLPPoint<Value>] = []
        for json in try list(json, "dataPoints") {
            try count(points.count, "points", json)
            var point = OTLPPoint<Value>()
            point.attributes = try attributes(json, "attributes")
            point.start = try unsigned(json, "startTimeUnixNano")
            point.time = try unsigned(json, "timeUnixNano")
            point.hasNoRecordedValue = try unsigned(json, "flags") & 1 == 1
            for json in try list(json, "exemplars") {
                try count(point.exemplars.count, "exemplars", json)
                point.exemplars.append(try exemplar(json))
            }
            point.value = try read(&self, json)
            points.append(point)
        }
        return points
    }

    private static func number(_ decoder: inout Self, _ json: PlacedJSON) throws(OTLPError) -> OTLPNumber {
        if decoder.present(json, "asInt") != nil { return .integer(try decoder.signed(json, "asInt")) }
        if decoder.present(json, "asDouble") != nil { return .double(try decoder.double(json, "asDouble")) }
        return .none
    }

    private static func histogram(_ decoder: inout Self, _ json: PlacedJSON) throws(OTLPError) -> OTLPHistogram {
        let most = decoder.tally.limits.received.buckets
        var value = OTLPHistogram()
        value.count = try decoder.unsigned(json, "count")
        if decoder.present(json, "sum") != nil { value.sum = try decoder.double(json, "sum") }
        for element in try decoder.list(json, "bucketCounts", most: most + 1) {
            value.counts.append(try decoder.unsigned(element))
        }
        for element in try decoder.list(json, "explicitBounds", most: most) { value.bounds.append(try decoder.double(element)) }
        return value
    }

    private static func exponential(_ decoder: inout Self, _ json: PlacedJSON) throws(OTLPError) -> OTLPExponential {
        var value = OTLPExponential()
        value.count = try decoder.unsigned(json, "count")
        if decoder.present(json, "sum") != nil { value.sum = try decoder.double(json, "sum") }
        value.scale = try decoder.signed(json, "scale")
        value.zeroCount = try decoder.unsigned(json, "zeroCount")
        value.zeroThreshold = try decoder.double(json, "zeroThreshold")
        value.positive = try decoder.buckets(json, "positive")
        value.negative = try decoder.buckets(json, "negative")
        return value
    }

    private func buckets(_ json: PlacedJSON, _ name: String) throws(OTLPError) -> OTLPExponential.Buckets {
        var buckets = OTLPExponential.Buckets()
        guard let json = present(json, name) else { return buckets }
        buckets.offset = try signed(json, "offset")
        for element in try list(json, "bucketCounts", most: tally.limits.rawBuckets) {
            buckets.counts.append(try unsigned(element))
        }
        return buckets
    }

    private static func summary(_ decoder: inout Self, _ json: PlacedJSON) throws(OTLPError) -> OTLPSummary {
        var value = OTLPSummary()
        value.count = try decoder.unsigned(json, "count")
        value.sum = try decoder.double(json, "sum")
        for json in try decoder.list(json, "quantileValues", most: decoder.tally.limits.received.buckets) {
            var quantile = OTLPSummary.Quantile()
            quantile.quantile = try decoder.double(json, "quantile")
            quantile.value = try decoder.double(json, "value")
            value.quantiles.append(quantile)
        }
        return value
    }

    private mutating func exemplar(_ json: PlacedJSON) throws(OTLPError) -> OTLPExemplar {
        var exemplar = OTLPExemplar()
        exemplar.attributes = try attributes(json, "filteredAttributes")
        exemplar.time = try unsigned(json, "timeUnixNano")
        exemplar.value = try Self.number(&self, json)
        exemplar.traceID = try digits(json, "traceId")
        exemplar.spanID = try digits(json, "spanId")
        return exemplar
    }

    private func digits(_ json: PlacedJSON, _ name: String) throws(OTLPError) -> String {
        let text = try text(json, name)
        guard text.utf8.count <= 32, text.utf8.allSatisfy({ Self.isHexadecimal($0) }) else {
            throw error("\(name) is not in hexadecimal digits, as OTLP has it in JSON", json[name] ?? json)
        }
        return text.lowercased()
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }
}
