package import AgentMetrics
import ApusLinux
import ApusMetrics

/// What sockets come to.
package struct SocketFigures: Sendable {
    private var counts = [Int](repeating: 0, count: 12)
    private var queues: [SocketProtocol: UInt64] = [:]
    /// The sums of limits, for protocols whose sockets all say theirs.
    private var limits: [SocketProtocol: UInt64] = [:]
    /// The largest part of its limit that one has; `nil` where none has a limit.
    package private(set) var ratio: Double?

    init(_ sockets: some Sequence<KernelSocket>) {
        var unknown: Set<SocketProtocol> = []
        for socket in sockets {
            let kind = Self.kind(of: socket)
            counts[Self.place(kind, Self.state(of: socket))] += 1
            guard socket.state == .listening else { continue }
            queues[kind, default: 0] += UInt64(socket.queue)
            guard let limit = socket.limit else {
                unknown.insert(kind)
                continue
            }
            limits[kind, default: 0] += UInt64(limit)
            // One that may have none waiting takes one all the same.
            ratio = max(ratio ?? 0, Double(socket.queue) / Double(max(1, limit)))
        }
        for kind in unknown { limits[kind] = nil }
    }

    /// How many sockets of a protocol are in a state.
    package func count(of kind: SocketProtocol, in state: SocketState) -> Int { counts[Self.place(kind, state)] }

    /// How many connections wait to be accepted; `nil` where no socket listens.
    package func queue(of kind: SocketProtocol) -> UInt64? { queues[kind] }

    /// How many connections may wait to be accepted; `nil` where that is not known of all sockets that listen.
    package func limit(of kind: SocketProtocol) -> UInt64? { limits[kind] }

    private static func kind(of socket: KernelSocket) -> SocketProtocol {
        switch socket.kind {
        case .tcp: .tcp
        case .udp: .udp
        case .unix: .unix
        }
    }

    private static func state(of socket: KernelSocket) -> SocketState {
        switch socket.state {
        case .listening: .listen
        case .established: .established
        case .closedByPeer: .closeWait
        case .other: .other
        }
    }

    private static func place(_ kind: SocketProtocol, _ state: SocketState) -> Int {
        let kind = SocketProtocol.allCases.firstIndex(of: kind) ?? 0
        return kind * SocketState.allCases.count + (SocketState.allCases.firstIndex(of: state) ?? 0)
    }

    /// The states that sockets of a protocol can be in.
    private static func states(of kind: SocketProtocol) -> [SocketState] {
        switch kind {
        case .tcp: SocketState.allCases
        case .udp: [.established, .other]
        case .unix: [.listen, .established, .other]
        }
    }

    /// The rows of whoever has sockets; absent where they are not known.
    static func rows<Reading>(_ figures: @escaping @Sendable (Reading) -> SocketFigures?) -> [Row<Reading>] {
        [
            .each(ServiceSockets.sockets) { reading -> [(labels: SocketLabels, value: Double)] in
                guard let own = figures(reading) else { return [] }
                return SocketProtocol.allCases.flatMap { kind in
                    states(of: kind).map {
                        (SocketLabels(protocol: kind, state: $0), Double(own.count(of: kind, in: $0)))
                    }
                }
            },
            queue(ServiceSockets.queue) { figures($0)?.queues }, queue(ServiceSockets.queueMax) { figures($0)?.limits },
            Row(ServiceSockets.queueRatio) { figures($0)?.ratio },
        ]
    }

    private static func queue<Reading>(
        _ declaration: Gauge<SocketProtocolLabels>,
        _ numbers: @escaping @Sendable (Reading) -> [SocketProtocol: UInt64]?
    ) -> Row<Reading> {
        .each(declaration) { reading in
            let own = numbers(reading) ?? [:]
            return SocketProtocol.allCases.compactMap { kind in
                own[kind].map { (SocketProtocolLabels(protocol: kind), Double($0)) }
            }
        }
    }
}
