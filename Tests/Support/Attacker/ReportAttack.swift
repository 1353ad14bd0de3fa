import ApusMetrics
import ApusSegment
import CLinux
import Glibc

/// What reporters do to the agent.
enum ReportAttack: String {
    /// Counters one a page over all planes, of which nothing was written.
    case holes
    /// Labels that overlap, 16 KiB and 1,800 names a series.
    case overlappingTexts = "overlapping-texts"
    /// Labels of 16 KiB, each its own.
    case longLabels = "long-labels"
    case families
    /// More series than a scrape may have samples.
    case series
    /// One name after the other, by one process, and all of them kept.
    case names
    /// Connections under one name.
    case connections
    /// Sockets that linger, as descriptors.
    case lingering
    /// Messages that are none.
    case nonsense

    func run(on path: String, until end: ContinuousClock.Instant) throws {
        switch self {
        case .holes, .overlappingTexts, .longLabels, .families: report(segment(), on: path, until: end)
        case .series: try series(on: path, until: end)
        case .names: names(on: path, until: end)
        case .connections: connections(on: path, until: end)
        case .lingering: lingering(on: path, until: end)
        case .nonsense: nonsense(on: path, until: end)
        }
    }

    private func segment() -> RawSegment {
        let segment = RawSegment()
        switch self {
        case .families:
            for number in 0..<50_000 {
                let family = segment.addFamily("family_\(number)_total")
                segment.addSeries(family: family, place: 0, length: 0, cell: number)
            }
        case .overlappingTexts:
            let family = segment.addFamily("overlapping_total")
            let names = (0..<20_000).map { Array("n\($0)=\"\",".utf8) }
            let first = segment.add(text: Array(names.joined()))
            var place = first
            for (number, name) in names.prefix(15_900).enumerated() {
                let length = names[number..<min(number + 1849, names.count)].reduce(0) { $0 + $1.count } - 1
                segment.addSeries(family: family, place: place, length: min(length, 16_000), cell: number)
                place += name.count
            }
        default:
            let family = segment.addFamily("counted_total")
            for number in 0..<15_900 {
                let value = self == .longLabels ? String(repeating: "x", count: 16_000) + "\(number)" : "\(number)"
                let labels = Array("number=\"\(value)\"".utf8)
                let cell = self == .holes ? number * 512 : number
                segment.addSeries(family: family, place: segment.add(text: labels), length: labels.count, cell: cell)
            }
        }
        segment.commit()
        return segment
    }

    /// Reports again and again under the same name, as long as the agent takes it and when it does not.
    private func report(_ segment: RawSegment, on path: String, until end: ContinuousClock.Instant) {
        while ContinuousClock.now < end {
            let connection = hello(path, instance: rawValue, descriptor: segment.descriptor)
            let again = min(end, .now + .seconds(5))
            while ContinuousClock.now < again, connection.map({ !$0.isEnded }) ?? true { pause(.milliseconds(100)) }
            pause(.milliseconds(50))
        }
    }

    private func series(on path: String, until end: ContinuousClock.Instant) throws {
        let writer = try SegmentWriter()
        let family = MetricFamily(name: "busy_total", kind: .counter, help: "Counted.")
        for number in 0..<60_000 { writer.series(family, labels: [("number", "\(number)")], form: .integer).add(UInt64(1)) }
        let connection = hello(path, instance: rawValue, descriptor: writer.descriptor)
        while ContinuousClock.now < end {
            writer.beat()
            pause(.seconds(1))
        }
        withExtendedLifetime(connection) {}
    }

    private func names(on path: String, until end: ContinuousClock.Instant) {
        guard let writer = try? SegmentWriter() else { fail("no segment") }
        var kept: [Connection] = []
        var number = 0
        while ContinuousClock.now < end {
            number += 1
            if let connection = hello(path, instance: "name-\(number)", descriptor: writer.descriptor) {
                kept.append(connection)
            }
            // What is refused is closed by the agent, and makes room for more names.
            if kept.count >= 900 { kept.removeAll { $0.isEnded } }
            pause(kept.count >= 900 ? .milliseconds(100) : .milliseconds(1))
        }
    }

    private func connections(on path: String, until end: ContinuousClock.Instant) {
        guard let writer = try? SegmentWriter() else { fail("no segment") }
        var kept: [Connection] = []
        while ContinuousClock.now < end {
            if kept.count < 900, let connection = hello(path, instance: rawValue, descriptor: writer.descriptor) {
                kept.append(connection)
            } else {
                kept.removeAll { $0.isEnded }
                pause(.milliseconds(20))
            }
        }
    }

    /// Each descriptor is a connection to itself whose end waits for what nobody reads.
    private func lingering(on path: String, until end: ContinuousClock.Instant) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(listener, address, size) == 0, listen(listener, 16) == 0, getsockname(listener, address, &size) == 0
                else { fail("no listener") }
            }
        }
        while ContinuousClock.now < end {
            guard let connection = Connection(port: UInt16(bigEndian: address.sin_port)) else { continue }
            let other = accept(listener, nil, nil)
            var linger = Glibc.linger(l_onoff: 1, l_linger: 25)
            setsockopt(connection.descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
            while let count = connection.send(String(repeating: "x", count: 1 << 16)), count > 0 {}
            _ = hello(path, instance: rawValue, descriptor: connection.descriptor)
            pause(.seconds(1))
            // Without this its own end would wait as well.
            close(other)
        }
    }

    private func nonsense(on path: String, until end: ContinuousClock.Instant) {
        var generator = SystemRandomNumberGenerator()
        while ContinuousClock.now < end {
            guard let connection = connect(path) else {
                pause(.milliseconds(10))
                continue
            }
            let bytes = (0..<Int.random(in: 0...6000)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            _ = apus_send_with_descriptor(connection.descriptor, bytes, bytes.count, -1)
            pause(.milliseconds(1))
        }
    }

    private func hello(_ path: String, instance: String, descriptor: Int32) -> Connection? {
        guard let connection = connect(path), let hello = try? Hello(service: "attack", instance: instance).bytes else {
            return nil
        }
        return apus_send_with_descriptor(connection.descriptor, hello, hello.count, descriptor) > 0 ? connection : nil
    }

    private func connect(_ path: String) -> Connection? {
        let descriptor = apus_seqpacket_socket(1)
        guard descriptor >= 0 else { return nil }
        let connection = Connection(descriptor)
        return apus_unix_connect(descriptor, path) == 0 ? connection : nil
    }
}
