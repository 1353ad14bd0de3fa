package import AgentMetrics
package import ApusMetrics

/// Makes of requests, one after the other, what is served of each who sends them.
///
/// Cumulative points replace what was, deltas add up. A value without I/O and without a clock of its own.
///
/// ```swift
/// var ledger = OTLPLedger(limits: limits)
/// let taken = ledger.take(try OTLPRequest(protobuf: body, limits: limits), at: now)
/// for (identity, report) in taken.reports { … }
/// let answer = OTLPAnswer(taken)
/// ```
package struct OTLPLedger: Sendable {
    private var limits: OTLPLimits
    private var accounts: [InstanceIdentity: OTLPAccount] = [:]
    /// About the bytes of memory that all that is kept takes.
    package private(set) var byteCount = 0

    package init(limits: OTLPLimits) { self.limits = limits }

    /// Keeps no more bytes of all identities from now on; what is kept already stays, and its series go on.
    package mutating func hold(atMost bytes: Int) { limits.bytes = bytes }

    /// What a request has come to.
    package struct Taken: Sendable {
        /// All that is now served of each identity that the request was of.
        package fileprivate(set) var reports: [InstanceIdentity: ReceivedReport] = [:]
        /// Points that were not taken.
        package fileprivate(set) var rejectedPoints = 0
        /// Why they were not: the first few reasons, each once.
        package fileprivate(set) var reasons: [String] = []

        package init() {}

        private static let mostReasons = 5

        package mutating func reject(_ count: Int, _ reason: String) {
            guard count > 0 else { return }
            rejectedPoints += count
            warn(reason)
        }

        /// Tells whoever exports something about points that were taken.
        package mutating func warn(_ reason: String) {
            if reasons.count < Self.mostReasons, !reasons.contains(reason) { reasons.append(reason) }
        }
    }

    /// Takes a request.
    ///
    /// - Parameter now: nanoseconds on a clock that never goes back.
    package mutating func take(_ request: OTLPRequest, at now: UInt64) -> Taken {
        var taken = Taken()
        var touched: Set<InstanceIdentity> = []
        for resource in request.resources {
            guard let identity = resource.identity else {
                taken.reject(
                    OTLPRequest(resources: [resource]).pointCount,
                    "the resource has no service.name: set OTEL_SERVICE_NAME, or service.name in OTEL_RESOURCE_ATTRIBUTES")
                continue
            }
            guard accounts[identity] != nil || accounts.count < limits.identities else {
                taken.reject(
                    OTLPRequest(resources: [resource]).pointCount,
                    "\(limits.identities) services are the most: give service.instance.id values that come back")
                continue
            }
            touched.insert(identity)
            // Taken out, so that nothing is copied while it changes.
            var account = accounts.updateValue(OTLPAccount(), forKey: identity) ?? OTLPAccount()
            byteCount -= account.byteCount
            account.take(resource.otherAttributes, limits)
            for scope in resource.scopes { take(scope, into: &account, at: now, &taken) }
            // Whoever has nothing that is served takes no place.
            accounts[identity] = account.seriesCount > 0 ? account : nil
            byteCount += accounts[identity]?.byteCount ?? 0
        }
        for identity in touched {
            _ = expire(identity, at: now)
            taken.reports[identity] = report(of: identity) ?? ReceivedReport()
        }
        return taken
    }

    private func take(_ scope: OTLPScope, into account: inout OTLPAccount, at now: UInt64, _ taken: inout Taken) {
        // One without points leaves nothing.
        guard scope.metrics.contains(where: { $0.data.pointCount > 0 }) else { return }
        let place: Int
        do {
            place = try account.place(of: scope, limits)
        } catch {
            return taken.reject(scope.metrics.reduce(0) { $0 + $1.data.pointCount }, error.reason)
        }
        for metric in scope.metrics {
            switch metric.data {
            case .none: break
            case .gauge(let points): take(points, of: metric, .gauge, .cumulative, place, &account, now, &taken)
            case .sum(let points, let temporality, let isMonotonic):
                take(points, of: metric, isMonotonic ? .counter : .gauge, temporality, place, &account, now, &taken)
            case .histogram(let points, let temporality):
                take(points, of: metric, .histogram, temporality, place, &account, now, &taken)
            case .exponential(let points, let temporality):
                take(points, of: metric, .histogram, temporality, place, &account, now, &taken)
            case .summary(let points): take(points, of: metric, .summary, .cumulative, place, &account, now, &taken)
            }
        }
    }

    private func take<Value>(
        _ points: [OTLPPoint<Value>], of metric: OTLPMetric, _ kind: ServedKind, _ temporality: OTLPTemporality, _ scope: Int,
        _ account: inout OTLPAccount, _ now: UInt64, _ taken: inout Taken
    ) {
        guard !points.isEmpty else { return }
        guard temporality != .unspecified else {
            return taken.reject(points.count, "a sum or a histogram does not tell its temporality: say delta or cumulative")
        }
        var isGauge = false
        if case .gauge = metric.data { isGauge = true }
        let family: Int
        do {
            family = try account.place(of: metric, kind: kind, isGauge: isGauge, limits)
        } catch {
            return taken.reject(points.count, error.reason)
        }
        let stamp = OTLPStamp(scope: scope, origin: metric.name, isDelta: temporality == .delta, now: now)
        // Cumulative points that come late are of no use any more; deltas are, whichever comes first.
        for point in temporality == .delta ? Self.inOrder(points) : points {
            do throws(OTLPRejection) {
                try take(point, kind, stamp, family, &account)
            } catch {
                taken.reject(1, error.reason)
            }
        }
        account.dropEmpty(family: family)
    }

    /// The earliest first; those of one time in the order that they came in.
    private static func inOrder<Value>(_ points: [OTLPPoint<Value>]) -> [OTLPPoint<Value>] {
        guard zip(points, points.dropFirst()).contains(where: { $0.time > $1.time }) else { return points }
        return points.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
    }

    private func take<Value>(
        _ point: OTLPPoint<Value>, _ kind: ServedKind, _ stamp: OTLPStamp, _ family: Int, _ account: inout OTLPAccount
    ) throws(OTLPRejection) {
        let labels: [UInt8]
        do {
            let reserved = kind == .histogram ? "le" : kind == .summary ? "quantile" : nil
            labels = try limits.received.render(OTLPName.pointLabels(point.attributes), reserved: reserved)
        } catch {
            throw OTLPRejection(error.description)
        }
        guard !point.hasNoRecordedValue else {
            return account.remove(OTLPFamily.Key(scope: stamp.scope, labels: labels), family: family)
        }
        let value = try point.value.received(limits, isCounter: kind == .counter)
        let reading = OTLPReading(
            labels: labels, value: value, start: point.start, time: point.time,
            exemplars: value.exemplars(point.exemplars, isCounter: kind == .counter, limits.received))
        try account.take(reading, stamp, family: family, limits, room: limits.bytes - byteCount - account.byteCount)
    }

    // MARK: - What is kept

    /// All that is served of an identity; `nil` when nothing is known of it.
    package func report(of identity: InstanceIdentity) -> ReceivedReport? { accounts[identity]?.report }

    /// Lets go of series that were not heard of for so long that they count as gone.
    ///
    /// - Returns: what is now served of those that had some; of one that has nothing more an empty report.
    package mutating func expire(at now: UInt64) -> [InstanceIdentity: ReceivedReport] {
        var changed: [InstanceIdentity: ReceivedReport] = [:]
        for identity in Array(accounts.keys) where expire(identity, at: now) {
            changed[identity] = report(of: identity) ?? ReceivedReport()
        }
        return changed
    }

    private mutating func expire(_ identity: InstanceIdentity, at now: UInt64) -> Bool {
        guard now > limits.silence, accounts[identity] != nil,
            var account = accounts.updateValue(OTLPAccount(), forKey: identity)
        else { return false }
        byteCount -= account.byteCount
        let hasChanged = account.expire(before: now - limits.silence)
        accounts[identity] = account.seriesCount > 0 ? account : nil
        byteCount += accounts[identity]?.byteCount ?? 0
        return hasChanged
    }

    /// Lets go of all that an identity has reported: it has ended, or its place was taken.
    package mutating func forget(_ identity: InstanceIdentity) {
        byteCount -= accounts.removeValue(forKey: identity)?.byteCount ?? 0
    }
}

extension ReceivedValue {
    /// The maximum number of exemplars of an exponential histogram.
    private static let mostExemplars = 16

    /// The exemplars of a point as they are served: of a counter the latest, of each bucket that with the largest value.
    fileprivate func exemplars(_ all: [OTLPExemplar], isCounter: Bool, _ limits: ReceivedLimits) -> [Exemplar?] {
        guard !all.isEmpty else { return [] }
        switch self {
        case .integer, .number:
            guard isCounter, let latest = all.max(by: { $0.time < $1.time })?.received(limits) else { return [] }
            return [latest]
        case .exponential:
            return all.sorted { $0.time > $1.time }.prefix(Self.mostExemplars).compactMap { $0.received(limits) }
        case .histogram(let value):
            var exemplars = [Exemplar?](repeating: nil, count: value.cumulativeCounts.count)
            for exemplar in all.prefix(2 * exemplars.count).compactMap({ $0.received(limits) }) {
                let bucket = value.bounds.firstIndex { exemplar.value <= $0 } ?? value.bounds.count
                if exemplars[bucket].map({ $0.value < exemplar.value }) ?? true { exemplars[bucket] = exemplar }
            }
            return exemplars.contains { $0 != nil } ? exemplars : []
        case .summary, .info, .stateSet: return []
        }
    }
}
