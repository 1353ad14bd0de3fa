import ApusMetrics
import ApusSegment
import Glibc
import SegmentTesting

/// One life of the program `killed-writer`: started, read while it records, killed, and read again.
struct KilledWriter {
    enum Failure: Error {
        case notStarted(String, Int32)
        case noDescriptor
        case endedItself(Int32)
        /// What a reader must never see.
        case inconsistent(String)
    }

    /// Readings before the kill, then those after it.
    private(set) var readings = 0
    private(set) var series = 0

    private let reader: SegmentContents
    private var last: [[[UInt64]]] = []
    private var nextNumber: [String: Int] = [:]

    /// The program lies beside the tests' own.
    static func program() throws -> String {
        var path = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &path, path.count)
        guard count > 0 else { throw Failure.notStarted("readlink", errno) }
        let own = String(decoding: path.prefix(count), as: UTF8.self)
        return own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/killed-writer"
    }

    /// - Parameters:
    ///   - program: its path.
    ///   - microseconds: from the first reading to the kill.
    @discardableResult
    static func run(program: String, killAfter microseconds: Int) throws -> KilledWriter {
        var output: [Int32] = [0, 0]
        guard pipe(&output) == 0 else { throw Failure.notStarted("pipe", errno) }
        defer { close(output[0]) }
        let process: pid_t
        do {
            defer { close(output[1]) }
            process = try spawn(program, output: output[1])
        }
        var isKilled = false
        defer { if !isKilled { end(process) } }
        var life = try KilledWriter(reader: open(process, output[0]))
        let clock = ContinuousClock()
        let moment = clock.now.advanced(by: .microseconds(microseconds))
        while clock.now < moment { try life.read() }
        // Once more between the signal and the end, once the process is gone, and then nothing may change.
        kill(process, SIGKILL)
        try life.read()
        isKilled = true
        let status = end(process)
        guard status & 0x7F == SIGKILL else { throw Failure.endedItself(status) }
        try life.read()
        let final = life.last
        try life.read()
        guard final == life.last else { throw Failure.inconsistent("values change after the end") }
        try life.checkSums()
        return life
    }

    private static func spawn(_ program: String, output: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        var process: pid_t = 0
        let name = strdup(program)
        defer { free(name) }
        let code = posix_spawn(&process, program, &actions, nil, [name, nil], environ)
        guard code == 0 else { throw Failure.notStarted(program, code) }
        return process
    }

    /// Waits for a process that was sent SIGKILL, or sends it.
    @discardableResult
    private static func end(_ process: pid_t) -> Int32 {
        kill(process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return status
    }

    private static func open(_ process: pid_t, _ output: Int32) throws -> SegmentReader {
        var line = [UInt8](repeating: 0, count: 16)
        let count = Glibc.read(output, &line, line.count)
        guard count > 1, let number = Int32(String(decoding: line.prefix(count - 1), as: UTF8.self)) else {
            throw Failure.noDescriptor
        }
        let descriptor = Glibc.open("/proc/\(process)/fd/\(number)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure.noDescriptor }
        defer { close(descriptor) }
        return try SegmentReader(descriptor: descriptor)
    }

    private init(reader: SegmentReader) { self.reader = SegmentContents(reader) }

    /// Reads everything once. A refresh throws at an entry that is not whole.
    private mutating func read() throws {
        try reader.refresh()
        for (family, known) in zip(reader.families, last + repeatElement([], count: max(0, reader.families.count - last.count)))
        {
            for one in family.series.dropFirst(known.count) { try check(one, of: family.family) }
        }
        let now = reader.families.map { family in family.series.map(values) }
        for (before, after) in zip(last, now) {
            for (old, new) in zip(before, after) where zip(old, new).contains(where: { $0 > $1 }) {
                throw Failure.inconsistent("values fall from \(old) to \(new)")
            }
        }
        last = now
        readings += 1
        series = reader.seriesCount
    }

    /// A new series is whole: its labels are those that the writer gives next.
    private mutating func check(_ one: SegmentSeries, of family: MetricFamily) throws {
        let labels = Dictionary(uniqueKeysWithValues: try LabelBytes.parse(one.labels).map { ($0.name, $0.value) })
        guard let thread = labels["thread"] else { throw Failure.inconsistent("a series without its label") }
        if thread == "both" { return }
        let key = "\(family.name) \(thread)"
        guard labels["number"] == "\(nextNumber[key, default: 0])" else {
            throw Failure.inconsistent("\(labels) of \(family.name) comes after \(nextNumber[key, default: 0] - 1)")
        }
        nextNumber[key, default: 0] += 1
    }

    /// All that only rises: a counter's value, a histogram's cumulative buckets and its sum, a sum of halves in halves.
    private func values(_ series: SegmentSeries) -> [UInt64] {
        let one = series.cells
        return switch one.form {
        case .integer: [reader.integer(one)]
        case .double: [UInt64(reader.value(one) * 2)]
        case .histogram:
            [reader.bucket(one, 0), reader.bucket(one, 0) + reader.bucket(one, 1), UInt64(reader.sum(one))]
        // Of all the cells only two are ever counted in: 0.5, which ends the second doubling, and what is above the range.
        case .nativeHistogram:
            (0..<Int(11)).map { reader.bucket(one, $0) } + [UInt64(reader.sum(one) * 2)]
        case .summary: [reader.bucket(one, 0), UInt64(reader.sum(one))]
        // Goes from none to the first state, then to the second one.
        case .state: [reader.integer(one)]
        case .info: []
        }
    }

    /// Only the observation that a thread was busy with may stand in the sum and not in a bucket, or the other way round.
    private func checkSums() throws {
        for family in last {
            for native in family where native.count == 12 {
                let (halves, eights) = (Int(native[5]), Int(native[10]))
                guard native[0..<5].allSatisfy({ $0 == 0 }), native[6..<10].allSatisfy({ $0 == 0 }) else {
                    throw Failure.inconsistent("a native histogram counts in a wrong bucket: \(native)")
                }
                guard abs(Int(native[11]) - (halves + 16 * eights)) <= 16 else {
                    throw Failure.inconsistent("\(halves) halves and \(eights) eights have half the sum \(native[11])")
                }
            }
            for summary in family where summary.count == 2 {
                guard abs(Int(summary[1]) - 2 * Int(summary[0])) <= 2 else {
                    throw Failure.inconsistent("\(summary[0]) twos have the sum \(summary[1])")
                }
            }
            for histogram in family where histogram.count == 3 {
                let (ones, all, sum) = (Int(histogram[0]), Int(histogram[1]), Int(histogram[2]))
                guard abs(sum - (ones + 2 * (all - ones))) <= 4 else {
                    throw Failure.inconsistent("\(ones) ones and \(all - ones) twos have the sum \(sum)")
                }
            }
        }
    }
}
