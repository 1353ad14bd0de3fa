import ApusMetrics

/// A family of one identity, with its series.
struct OTLPFamily {
    /// A series: its labels, and the scope that recorded it.
    struct Key: Hashable {
        let scope: Int
        let labels: [UInt8]
    }

    let name: String
    let kind: ServedKind
    private let help: String
    private let unit: String?
    private(set) var streams: [OTLPStream] = []
    private var places: [Key: Int] = [:]

    /// What a stream costs in memory beside its series, about.
    private static let overhead = MemoryLayout<OTLPStream>.stride + MemoryLayout<Key>.stride + 64

    init(name: String, kind: ServedKind, help: String, unit: String?) {
        self.name = name
        self.kind = kind
        self.help = help
        self.unit = unit
    }

    /// About the bytes of memory that the family takes without its series.
    var ownByteCount: Int { MemoryLayout<Self>.stride + name.utf8.count * 3 + help.utf8.count }

    static func byteCount(_ stream: OTLPStream) -> Int { stream.series.byteCount + overhead }

    /// The place of a series; `nil` when it is new.
    func place(of key: Key) -> Int? { places[key] }

    mutating func add(_ stream: OTLPStream) {
        places[Key(scope: stream.scope, labels: stream.series.labels)] = streams.count
        streams.append(stream)
    }

    /// Changes one of the streams.
    mutating func update(
        _ place: Int, _ change: (inout OTLPStream) throws(OTLPRejection) -> Void
    ) throws(OTLPRejection) {
        try change(&streams[place])
    }

    /// Lets go of one series; the last one takes its place.
    ///
    /// - Returns: it, where it was there.
    mutating func remove(_ key: Key) -> OTLPStream? {
        guard let place = places.removeValue(forKey: key) else { return nil }
        streams.swapAt(place, streams.count - 1)
        let gone = streams.removeLast()
        if place < streams.count {
            places[Key(scope: streams[place].scope, labels: streams[place].series.labels)] = place
        }
        return gone
    }

    /// Lets go of series.
    ///
    /// - Returns: about the bytes of memory that they took, and how many they were.
    mutating func remove(where isGone: (OTLPStream) -> Bool) -> (bytes: Int, count: Int) {
        let gone = streams.filter(isGone)
        guard !gone.isEmpty else { return (0, 0) }
        streams.removeAll(where: isGone)
        places = [:]
        for (place, stream) in streams.enumerated() {
            places[Key(scope: stream.scope, labels: stream.series.labels)] = place
        }
        return (gone.reduce(0) { $0 + Self.byteCount($1) }, gone.count)
    }

    /// The family as it is served: with the labels of the scopes where several have recorded it.
    func received(_ scopes: [OTLPScopeName]) -> ReceivedFamily {
        let isShared = Set(streams.map(\.scope)).count > 1
        let series = streams.map { stream in
            var series = stream.series
            if isShared { series.labels = scopes[stream.scope].added(to: series.labels) }
            return series
        }
        return ReceivedFamily(
            name: name, kind: kind, help: help, unit: unit,
            series: series.sorted { $0.labels.lexicographicallyPrecedes($1.labels) })
    }
}

/// The name and the version of a scope, which tell it from others.
struct OTLPScopeName: Equatable {
    let name: String
    let version: String

    /// What tells it from others, by bytes: comparing texts of many combining marks takes the square of their length.
    struct Key: Hashable {
        let bytes: [UInt8]
    }

    var key: Key { Key(bytes: Array(name.utf8) + [0] + Array(version.utf8)) }

    /// About the bytes of memory that it takes.
    var byteCount: Int { MemoryLayout<Self>.stride + 2 * (name.utf8.count + version.utf8.count) }

    /// Name and version as labels.
    var labels: [(name: String, value: String)] {
        zip(OTLPName.scopeLabels, [name, version]).map { (name: $0, value: $1) }
    }

    /// Rendered labels with those of the scope among them.
    func added(to rendered: [UInt8]) -> [UInt8] {
        let own = labels.filter { !$0.value.isEmpty }.map { ($0.name, $0.value) }
        guard !own.isEmpty, let labels = try? LabelBytes.parse(rendered) else { return rendered }
        return LabelBytes.render((labels.map { ($0.name, $0.value) } + own).sorted { $0.0 < $1.0 })
    }
}
