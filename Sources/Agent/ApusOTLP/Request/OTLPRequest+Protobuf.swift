import ApusMetrics

extension OTLPRequest {
    /// Reads a body of `application/x-protobuf`. Fields that are not known are passed over.
    ///
    /// - Throws: the byte at which it is no such message, or is past a limit.
    package init(protobuf body: [UInt8], limits: OTLPLimits) throws(OTLPError) {
        var decoder = OTLPProtobufDecoder(limits)
        self.init(resources: try decoder.resources(ProtobufReader(body)))
    }
}

/// Reads the messages of a request. The numbers are those of the fields in opentelemetry/proto/metrics/v1/metrics.proto.
struct OTLPProtobufDecoder {
    var tally: OTLPTally

    init(_ limits: OTLPLimits) { tally = OTLPTally(limits) }

    mutating func resources(_ request: ProtobufReader) throws(OTLPError) -> [OTLPResource] {
        var request = request
        var resources: [OTLPResource] = []
        while let field = try request.next() {
            guard field.number == 1, let message = field.delimited else { continue }
            try count(resources.count, "resources", in: message)
            resources.append(try resource(message))
        }
        return resources
    }

    mutating func count(
        _ count: Int, most: Int = .max, _ what: String, in message: ProtobufReader
    ) throws(OTLPError) {
        if let reason = tally.take(count, most: most, what) { throw message.error(reason, at: message.index) }
    }

    private mutating func resource(_ message: ProtobufReader) throws(OTLPError) -> OTLPResource {
        var message = message
        var resource = OTLPResource()
        while let field = try message.next() {
            guard let content = field.delimited else { continue }
            switch field.number {
            case 1: resource.attributes = try attributes(content, field: 1)
            case 2:
                try count(resource.scopes.count, "scopes", in: content)
                resource.scopes.append(try scope(content))
            default: break
            }
        }
        return resource
    }

    private mutating func scope(_ message: ProtobufReader) throws(OTLPError) -> OTLPScope {
        var message = message
        var scope = OTLPScope()
        while let field = try message.next() {
            guard var content = field.delimited else { continue }
            switch field.number {
            case 1:
                scope.attributes = try attributes(content, field: 3)
                while let field = try content.next() {
                    if field.number == 1 { scope.name = try field.delimited?.text() ?? scope.name }
                    if field.number == 2 { scope.version = try field.delimited?.text() ?? scope.version }
                }
            case 2:
                try count(scope.metrics.count, "metrics", in: content)
                scope.metrics.append(try metric(content))
            default: break
            }
        }
        return scope
    }

    private mutating func metric(_ message: ProtobufReader) throws(OTLPError) -> OTLPMetric {
        var message = message
        var metric = OTLPMetric()
        while let field = try message.next() {
            guard let content = field.delimited else { continue }
            switch field.number {
            case 1: metric.name = try content.text()
            case 2: metric.description = try content.text()
            case 3: metric.unit = try content.text()
            case 5: metric.data = .gauge(try points(content, Self.number).points)
            case 7:
                let (points, temporality, isMonotonic) = try points(content, Self.number)
                metric.data = .sum(points, temporality, isMonotonic: isMonotonic)
            case 9:
                let (points, temporality, _) = try points(content, Self.histogram)
                metric.data = .histogram(points, temporality)
            case 10:
                let (points, temporality, _) = try points(content, Self.exponential)
                metric.data = .exponential(points, temporality)
            case 11: metric.data = .summary(try points(content, Self.summary).points)
            default: break
            }
        }
        return metric
    }

    /// Takes one field of a point that is not common to all kinds.
    private typealias PointField<Value: OTLPValue> =
        (inout Self, ProtobufReader.Field, inout OTLPPoint<Value>) throws(OTLPError) -> Void

    private mutating func points<Value>(
        _ message: ProtobufReader, _ take: PointField<Value>
    ) throws(OTLPError) -> (points: [OTLPPoint<Value>], temporality: OTLPTemporality, isMonotonic: Bool) {
        var message = message
        var points: [OTLPPoint<Value>] = []
        var temporality = OTLPTemporality.unspecified
        var isMonotonic = false
        while let field = try message.next() {
            switch (field.number, field.content) {
            case (1, .delimited(var content)):
                try count(points.count, "points", in: content)
                var point = OTLPPoint<Value>()
                while let field = try content.next() {
                    switch field.number {
                    case 2: point.start = field.fixed64 ?? point.start
                    case 3: point.time = field.fixed64 ?? point.time
                    default: try take(&self, field, &point)
                    }
                }
                points.append(point)
            case (2, .varint(let number)): temporality = OTLPTemporality(number: number)
            case (3, .varint(let number)): isMonotonic = number != 0
            default: break
            }
        }
        return (points, temporality, isMonotonic)
    }

    private static func number(
        _ decoder: inout Self, _ field: ProtobufReader.Field, _ point: inout OTLPPoint<OTLPNumber>
    ) throws(OTLPError) {
        switch (field.number, field.content) {
        case (4, .fixed64(let bits)): point.value = .double(Double(bitPattern: bits))
        case (6, .fixed64(let bits)): point.value = .integer(Int64(bitPattern: bits))
        case (5, .delimited(let message)): try decoder.exemplar(message, &point.exemplars)
        case (7, .delimited(let message)): try decoder.attribute(message, &point.attributes)
        case (8, .varint(let flags)): point.hasNoRecordedValue = flags & 1 == 1
        default: break
        }
    }

    private static func histogram(
        _ decoder: inout Self, _ field: ProtobufReader.Field, _ point: inout OTLPPoint<OTLPHistogram>
    ) throws(OTLPError) {
        let most = decoder.tally.limits.received.buckets
        switch (field.number, field.content) {
        case (4, .fixed64(let count)): point.value.count = count
        case (5, .fixed64(let bits)): point.value.sum = Double(bitPattern: bits)
        case (6, .fixed64), (6, .delimited):
            try Self.numbers(field, most: most + 1, into: &point.value.counts) { $0 }
        case (7, .fixed64), (7, .delimited):
            try Self.numbers(field, most: most, into: &point.value.bounds) { Double(bitPattern: $0) }
        case (8, .delimited(let message)): try decoder.exemplar(message, &point.exemplars)
        case (9, .delimited(let message)): try decoder.attribute(message, &point.attributes)
        case (10, .varint(let flags)): point.hasNoRecordedValue = flags & 1 == 1
        default: break
        }
    }

    private static func exponential(
        _ decoder: inout Self, _ field: ProtobufReader.Field, _ point: inout OTLPPoint<OTLPExponential>
    ) throws(OTLPError) {
        let most = decoder.tally.limits.rawBuckets
        switch (field.number, field.content) {
        case (1, .delimited(let message)): try decoder.attribute(message, &point.attributes)
        case (4, .fixed64(let count)): point.value.count = count
        case (5, .fixed64(let bits)): point.value.sum = Double(bitPattern: bits)
        case (6, _): point.value.scale = field.zigzag ?? point.value.scale
        case (7, .fixed64(let count)): point.value.zeroCount = count
        case (8, .delimited(let message)): point.value.positive = try Self.buckets(message, most: most)
        case (9, .delimited(let message)): point.value.negative = try Self.buckets(message, most: most)
        case (10, .varint(let flags)): point.hasNoRecordedValue = flags & 1 == 1
        case (11, .delimited(let message)): try decoder.exemplar(message, &point.exemplars)
        case (14, .fixed64(let bits)): point.value.zeroThreshold = Double(bitPattern: bits)
        default: break
        }
    }

    private static func summary(
        _ decoder: inout Self, _ field: ProtobufReader.Field, _ point: inout OTLPPoint<OTLPSummary>
    ) throws(OTLPError) {
        switch (field.number, field.content) {
        case (4, .fixed64(let count)): point.value.count = count
        case (5, .fixed64(let bits)): point.value.sum = Double(bitPattern: bits)
        case (6, .delimited(var message)):
            try decoder.count(
                point.value.quantiles.count, most: decoder.tally.limits.received.buckets, "quantiles", in: message)
            var quantile = OTLPSummary.Quantile()
            while let field = try message.next() {
                if field.number == 1 { quantile.quantile = field.double ?? quantile.quantile }
                if field.number == 2 { quantile.value = field.double ?? quantile.value }
            }
            point.value.quantiles.append(quantile)
        case (7, .delimited(let message)): try decoder.attribute(message, &point.attributes)
        case (8, .varint(let flags)): point.hasNoRecordedValue = flags & 1 == 1
        default: break
        }
    }

    // MARK: - Parts

    /// Numbers of 64 bits, packed or one to a field.
    private static func numbers<Number>(
        _ field: ProtobufReader.Field, most: Int, into numbers: inout [Number], _ make: (UInt64) -> Number
    ) throws(OTLPError) {
        if let one = field.fixed64, numbers.count < most { return numbers.append(make(one)) }
        guard var packed = field.delimited else { return }
        guard packed.count / 8 <= most - numbers.count else {
            throw packed.error("a histogram has \(most) buckets at most: make them wider", at: packed.index)
        }
        while packed.count > 0 { numbers.append(make(try packed.fixed64())) }
    }

    private static func buckets(_ message: ProtobufReader, most: Int) throws(OTLPError) -> OTLPExponential.Buckets {
        var message = message
        var buckets = OTLPExponential.Buckets()
        while let field = try message.next() {
            switch (field.number, field.content) {
            case (1, _): buckets.offset = field.zigzag ?? buckets.offset
            case (2, .varint(let count)) where buckets.counts.count < most: buckets.counts.append(count)
            case (2, .delimited(var packed)):
                while packed.count > 0 {
                    guard buckets.counts.count < most else {
                        throw packed.error("an exponential histogram has \(most) buckets at most", at: packed.index)
                    }
                    buckets.counts.append(try packed.varint())
                }
            default: break
            }
        }
        return buckets
    }

    private mutating func exemplar(_ message: ProtobufReader, _ exemplars: inout [OTLPExemplar]) throws(OTLPError) {
        try count(exemplars.count, "exemplars", in: message)
        var message = message
        var exemplar = OTLPExemplar()
        while let field = try message.next() {
            switch (field.number, field.content) {
            case (2, .fixed64(let time)): exemplar.time = time
            case (3, .fixed64(let bits)): exemplar.value = .double(Double(bitPattern: bits))
            case (6, .fixed64(let bits)): exemplar.value = .integer(Int64(bitPattern: bits))
            case (4, .delimited(let id)): exemplar.spanID = OTLPText.hexadecimal(id.content.prefix(8))
            case (5, .delimited(let id)): exemplar.traceID = OTLPText.hexadecimal(id.content.prefix(16))
            case (7, .delimited(let message)): try attribute(message, &exemplar.attributes)
            default: break
            }
        }
        exemplars.append(exemplar)
    }
}
