import ApusMetrics
import ApusText

/// What one identity has reported and is still served.
struct OTLPAccount {
    private(set) var byteCount = 0
    private(set) var seriesCount = 0
    private var families: [OTLPFamily] = []
    private var places: [String: Int] = [:]
    /// Names that families claim, with the place of who does.
    private var claims: [String: Int] = [:]
    private var scopes: [OTLPScopeName] = []
    private var scopePlaces: [OTLPScopeName.Key: Int] = [:]
    /// Places of scopes of which nothing is served any more.
    private var freeScopes: [Int] = []
    /// Labels of the scopes that have attributes besides their names.
    private var scopeLabels: [[UInt8]] = []
    private var resource: [UInt8] = []

    private static let resourceFamily = ReceivedFamily(
        name: "target_info", kind: .info, help: "What the process says of itself and of where it runs.")
    private static let scopeFamily = ReceivedFamily(
        name: "otel_scope_info", kind: .info, help: "The libraries that record what the process reports.")
    private static let reserved = Set(resourceFamily.claimedNames + scopeFamily.claimedNames)

    /// The maximum number of scopes.
    private static let mostScopes = 512

    mutating func take(_ attributes: [OTLPAttribute], _ limits: OTLPLimits) {
        byteCount -= resource.count
        resource = OTLPName.info(OTLPName.labels(attributes), limits.received)
        byteCount += resource.count
    }

    /// The place of a scope, which is added when it is new.
    mutating func place(of scope: OTLPScope, _ limits: OTLPLimits) throws(OTLPRejection) -> Int {
        let most = limits.received.labelValue
        guard scope.name.utf8.count <= most, scope.version.utf8.count <= most else {
            throw OTLPRejection("the name of a scope has more than \(most) bytes")
        }
        let name = OTLPScopeName(name: scope.name, version: scope.version)
        let place: Int
        if let known = scopePlaces[name.key] { place = known } else { place = try add(name) }
        let attributes = OTLPName.labels(scope.attributes).filter { !OTLPName.scopeLabels.contains($0.name) }
        byteCount -= scopeLabels[place].count
        scopeLabels[place] = scope.name.isEmpty ? [] : OTLPName.info(name.labels + attributes, limits.received)
        byteCount += scopeLabels[place].count
        return place
    }

    private mutating func add(_ scope: OTLPScopeName) throws(OTLPRejection) -> Int {
        let place: Int
        if let free = freeScopes.popLast() {
            place = free
            scopes[place] = scope
        } else {
            guard scopes.count < Self.mostScopes else { throw OTLPRejection("\(Self.mostScopes) scopes are the most") }
            place = scopes.count
            scopes.append(scope)
            scopeLabels.append([])
        }
        scopePlaces[scope.key] = place
        byteCount += scope.byteCount
        return place
    }

    /// Gives back the places of scopes that have no series.
    private mutating func freeUnusedScopes() {
        let used = Set(families.flatMap { $0.streams.map(\.scope) })
        for (scope, place) in scopePlaces where !used.contains(place) {
            scopePlaces[scope] = nil
            byteCount -= scopes[place].byteCount + scopeLabels[place].count
            scopeLabels[place] = []
            freeScopes.append(place)
        }
    }

    // MARK: - Families

    /// The place of a metric's family, which is added when it is new.
    ///
    /// - Throws: when a family of another kind has the name, or one of those that its samples would have.
    mutating func place(
        of metric: OTLPMetric, kind: ServedKind, isGauge: Bool, _ limits: OTLPLimits
    ) throws(OTLPRejection) -> Int {
        let shown = metric.name.quotedExcerpt()
        guard metric.name.utf8.count <= limits.received.name, metric.unit.utf8.count <= limits.received.unit else {
            throw OTLPRejection(
                "the name of \(shown) has more than \(limits.received.name) bytes, or its unit more than \(limits.received.unit)"
            )
        }
        let (name, unit) = OTLPName.family(metric.name, unit: metric.unit, isCounter: kind == .counter, isGauge: isGauge)
        guard !name.isEmpty else { throw OTLPRejection("the metric \(shown) has no letter in its name") }
        if let place = places[name] {
            guard families[place].kind == kind else {
                throw OTLPRejection("\(shown) comes to the name \(name), which is a \(families[place].kind.rawValue) already")
            }
            return place
        }
        guard families.count < limits.received.families else {
            throw OTLPRejection("\(limits.received.families) metrics are the most: put what varies into an attribute")
        }
        let claimed = Self.claimed(name, kind)
        if let taken = claimed.first(where: { claims[$0] != nil || Self.reserved.contains($0) }) {
            throw OTLPRejection("\(shown) would have samples called \(taken), as another metric has")
        }
        let family = OTLPFamily(name: name, kind: kind, help: limits.received.help(metric.description), unit: unit)
        for one in claimed { claims[one] = families.count }
        places[name] = families.count
        byteCount += family.ownByteCount
        families.append(family)
        return families.count - 1
    }

    /// Names of samples: a counter may stand beside a family of its short name.
    private static func claimed(_ name: String, _ kind: ServedKind) -> [String] {
        var family = ReceivedFamily(name: name, kind: kind)
        family.isUntypedInOpenMetrics = true
        return family.claimedNames
    }

    // MARK: - Points

    mutating func take(
        _ reading: OTLPReading, _ stamp: OTLPStamp, family place: Int, _ limits: OTLPLimits, room: Int
    ) throws(OTLPRejection) {
        let counts = families[place].kind != .gauge
        let key = OTLPFamily.Key(scope: stamp.scope, labels: reading.labels)
        if let stream = families[place].place(of: key) {
            let before = OTLPFamily.byteCount(families[place].streams[stream])
            guard families[place].streams[stream].origin.hasSameBytes(as: stamp.origin) else {
                throw OTLPRejection(
                    "\(stamp.origin.quotedExcerpt()) comes to the series of \(families[place].streams[stream].origin.quotedExcerpt())"
                )
            }
            try families[place].update(stream) { stream throws(OTLPRejection) in
                try stream.take(
                    reading, isDelta: stamp.isDelta, counts: counts, mostBuckets: limits.received.buckets, at: stamp.now)
            }
            byteCount += OTLPFamily.byteCount(families[place].streams[stream]) - before
            return
        }
        let stream = OTLPStream(
            reading, isDelta: stamp.isDelta, counts: counts, scope: stamp.scope, origin: stamp.origin, at: stamp.now)
        let size = OTLPFamily.byteCount(stream)
        guard seriesCount < limits.received.series else {
            throw OTLPRejection(
                "\(limits.received.series) series are the most: find the attribute with many values and bound them")
        }
        guard byteCount + size <= limits.identityBytes, size <= room else {
            throw OTLPRejection("there is no memory for more series: find the attribute with many values and bound them")
        }
        families[place].add(stream)
        byteCount += size
        seriesCount += 1
    }

    /// Lets go of one series at once: it has no value any more.
    mutating func remove(_ key: OTLPFamily.Key, family place: Int) {
        guard let gone = families[place].remove(key) else { return }
        count((OTLPFamily.byteCount(gone), 1))
    }

    /// Lets go of the family that was added last, when none of its points was taken.
    mutating func dropEmpty(family place: Int) {
        guard place == families.count - 1, let family = families.last, family.streams.isEmpty else { return }
        families.removeLast()
        places[family.name] = nil
        for name in Self.claimed(family.name, family.kind) { claims[name] = nil }
        byteCount -= family.ownByteCount
    }

    /// Lets go of what was not heard of since a moment.
    ///
    /// - Returns: whether there was something.
    mutating func expire(before moment: UInt64) -> Bool {
        let before = seriesCount
        for place in families.indices { count(families[place].remove { $0.heard < moment }) }
        guard seriesCount < before || families.contains(where: \.streams.isEmpty) else { return false }
        let kept = families.filter { !$0.streams.isEmpty }
        byteCount -= families.filter(\.streams.isEmpty).reduce(0) { $0 + $1.ownByteCount }
        families = kept
        places = [:]
        claims = [:]
        for (place, family) in families.enumerated() {
            places[family.name] = place
            for name in Self.claimed(family.name, family.kind) { claims[name] = place }
        }
        freeUnusedScopes()
        return seriesCount < before
    }

    private mutating func count(_ gone: (bytes: Int, count: Int)) {
        byteCount -= gone.bytes
        seriesCount -= gone.count
    }

    /// All that is served of the identity.
    var report: ReceivedReport {
        var served = families.filter { !$0.streams.isEmpty }.map { $0.received(scopes) }.sorted { $0.name < $1.name }
        let names = Set(served.map(\.name))
        for place in served.indices where served[place].kind == .counter {
            let short = served[place].openMetricsName
            served[place].isUntypedInOpenMetrics = names.contains(short) || names.contains(short + "_created")
        }
        var info = Self.resourceFamily
        if !resource.isEmpty {
            info.series = [ReceivedSeries(labels: resource, value: .info)]
            served.append(info)
        }
        let live = Set(families.flatMap { $0.streams.map(\.scope) })
        info = Self.scopeFamily
        info.series = live.sorted().map { scopeLabels[$0] }.filter { !$0.isEmpty }.map {
            ReceivedSeries(labels: $0, value: .info)
        }
        if !info.series.isEmpty { served.append(info) }
        return ReceivedReport(families: served)
    }
}

/// What all points of a metric have in common.
struct OTLPStamp {
    let scope: Int
    let origin: String
    let isDelta: Bool
    let now: UInt64
}
