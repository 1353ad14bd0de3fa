import ApusLimits
package import ApusText

/// A row of the fleet as an agent gives it: an instance, a group of processes, or a probe.
///
/// What an agent does not know is `nil`. Texts are hostile, and bounded in their length.
package struct TopRow: Sendable, Hashable {
    package enum State: String, Sendable, CaseIterable {
        /// Expected, and no process; or a page or a probe that gets no answer.
        case down
        /// It lives, and does nothing.
        case hung
        /// Its process ended, and nobody expects it back.
        case ended
        /// A state that this program does not know.
        case unknown
        case up
    }

    /// Two counts of which one is the bound of the other.
    package struct Use: Sendable, Hashable, Codable {
        package var used: Double?
        package var idle: Double?
        package var max: Double?

        package init(used: Double? = nil, idle: Double? = nil, max: Double? = nil) {
            (self.used, self.idle, self.max) = (used, idle, max)
        }
    }

    package struct Queue: Sendable, Hashable, Codable {
        package var depth: Double?
        package var pending: Double?
        package var scheduled: Double?
        package var locked: Double?
        package var oldestAgeSeconds: Double?

        package init(depth: Double? = nil, oldestAgeSeconds: Double? = nil) {
            (self.depth, self.oldestAgeSeconds) = (depth, oldestAgeSeconds)
        }
    }

    /// The newest error of its unit in the journal, or a probe's last failure.
    package struct Failure: Sendable, Hashable, Codable {
        /// Seconds since 1970 of the agent's clock.
        package var time: Double?
        package var priority: String?
        package var message: String?

        package init(time: Double? = nil, priority: String? = nil, message: String? = nil) {
            (self.time, self.priority, self.message) = (time, priority, message)
        }
    }

    package var service: String
    package var instance: String
    /// `reports`, `page`, `group` or `probe`.
    package var kind: String
    package var state: State
    package var sinceTime: Double?
    package var expected: Bool?
    package var hungReason: String?
    package var pid: Double?
    package var unit: String?
    package var unitState: String?
    package var startTime: Double?
    /// The CPU in percent of one core.
    package var cpuPercent: Double?
    package var cpuSeconds: Double?
    package var residentBytes: Double?
    package var heapBytes: Double?
    package var threads: Double?
    package var processes: Double?
    package var openFiles: Double?
    package var maxFiles: Double?
    package var connections: Use?
    package var queue: Queue?
    package var restarts: Double?
    package var unitRestarts: Double?
    package var lastError: Failure?
    /// When a probe was answered last, how long its last attempt took, and how many attempts have failed.
    package var answerTime: Double?
    package var durationSeconds: Double?
    package var failures: Double?

    package init(service: String, instance: String, kind: String = "reports", state: State = .up) {
        (self.service, self.instance, self.kind, self.state) = (service, instance, kind, state)
    }

    /// By what a row is known from one answer to the next.
    package var identity: Identity {
        Identity(service: ByteText(service), instance: ByteText(instance), kind: kind == "probe" ? ByteText(unit ?? "") : nil)
    }

    package struct Identity: Hashable, Sendable {
        package let service: ByteText
        package let instance: ByteText
        /// The kind of a probe, whose row has the name of the instance that it asks; nil of an instance.
        let kind: ByteText?
    }
}

extension TopRow: Codable {
    private enum CodingKeys: String, CodingKey {
        case service, instance, kind, state, sinceTime, expected, hungReason, pid, unit, unitState, startTime, cpuPercent
        case cpuSeconds, residentBytes, heapBytes, threads, processes, openFiles, maxFiles, connections, queue, restarts
        case unitRestarts, lastError, answerTime, durationSeconds, failures
    }

    package init(from decoder: any Decoder) throws {
        let map = try decoder.container(keyedBy: CodingKeys.self)
        func text(_ key: CodingKeys) throws -> String? { try map.decodeIfPresent(BoundedText.self, forKey: key)?.text }
        func number(_ key: CodingKeys) throws -> Double? { try map.decodeIfPresent(Double.self, forKey: key) }
        service = try map.decode(BoundedText.self, forKey: .service).text
        instance = try map.decode(BoundedText.self, forKey: .instance).text
        kind = try text(.kind) ?? "reports"
        state = try text(.state).flatMap(State.init) ?? .unknown
        expected = try map.decodeIfPresent(Bool.self, forKey: .expected)
        (sinceTime, startTime) = (try number(.sinceTime), try number(.startTime))
        (answerTime, durationSeconds) = (try number(.answerTime), try number(.durationSeconds))
        failures = try number(.failures)
        (hungReason, unit, unitState) = (try text(.hungReason), try text(.unit), try text(.unitState))
        (pid, threads, processes) = (try number(.pid), try number(.threads), try number(.processes))
        (cpuPercent, cpuSeconds) = (try number(.cpuPercent), try number(.cpuSeconds))
        (residentBytes, heapBytes) = (try number(.residentBytes), try number(.heapBytes))
        (openFiles, maxFiles) = (try number(.openFiles), try number(.maxFiles))
        connections = try map.decodeIfPresent(Use.self, forKey: .connections)
        queue = try map.decodeIfPresent(Queue.self, forKey: .queue)
        (restarts, unitRestarts) = (try number(.restarts), try number(.unitRestarts))
        lastError = try map.decodeIfPresent(Failure.self, forKey: .lastError).map { error in
            Failure(
                time: error.time, priority: error.priority?.excerpt(TopLimits.text.value),
                message: error.message?.excerpt(TopLimits.text.value))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var map = encoder.container(keyedBy: CodingKeys.self)
        for (key, text) in [
            (CodingKeys.service, service), (.instance, instance), (.kind, kind), (.state, state.rawValue),
            (.hungReason, hungReason), (.unit, unit), (.unitState, unitState),
        ] {
            try map.encodeIfPresent(text, forKey: key)
        }
        for (key, number) in [
            (CodingKeys.sinceTime, sinceTime), (.pid, pid), (.startTime, startTime), (.cpuPercent, cpuPercent),
            (.cpuSeconds, cpuSeconds), (.residentBytes, residentBytes), (.heapBytes, heapBytes), (.threads, threads),
            (.processes, processes), (.openFiles, openFiles), (.maxFiles, maxFiles), (.restarts, restarts),
            (.unitRestarts, unitRestarts), (.answerTime, answerTime), (.durationSeconds, durationSeconds),
            (.failures, failures),
        ] {
            try map.encodeIfPresent(number, forKey: key)
        }
        try map.encodeIfPresent(expected, forKey: .expected)
        try map.encodeIfPresent(connections, forKey: .connections)
        try map.encodeIfPresent(queue, forKey: .queue)
        try map.encodeIfPresent(lastError, forKey: .lastError)
    }
}

/// A text of an answer, cut where it is longer than any agent's.
struct BoundedText: Decodable, Sendable {
    let text: String

    init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self).excerpt(TopLimits.text.value)
    }
}

/// A list of an answer, of which the first elements are kept and the others counted.
struct BoundedList<Element: Decodable & Sendable>: Decodable, Sendable {
    let elements: [Element]
    let leftOut: Int

    init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        var elements: [Element] = []
        while !list.isAtEnd, elements.count < TopLimits.rows.value { elements.append(try list.decode(Element.self)) }
        self.elements = elements
        leftOut = max(0, (list.count ?? elements.count) - elements.count)
    }
}
