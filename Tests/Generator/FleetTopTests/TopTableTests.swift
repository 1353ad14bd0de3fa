import ApusTerminal
import FleetTop
import Testing

/// Rows, their order, their filter, and the columns that fit.
@Suite struct TopTableTests {
    private func names(_ entries: [TopEntry]) -> [String] { entries.map(\.row.instance) }

    @Test func `the most comes first, and what is not known last either way`() {
        let entries = [
            Samples.entry("b") { $0.cpuPercent = 3 }, Samples.entry("a"), Samples.entry("d") { $0.cpuPercent = 50 },
            Samples.entry("c") { $0.cpuPercent = 3 }, Samples.entry("n") { $0.cpuPercent = .nan },
        ]
        #expect(names(TopOrder(.cpu).sorted(entries)) == ["d", "b", "c", "a", "n"])
        #expect(names(TopOrder(.cpu, reversed: true).sorted(entries)) == ["b", "c", "d", "a", "n"])
        #expect(names(TopOrder(.name).sorted(entries)) == ["a", "b", "c", "d", "n"])
        #expect(names(TopOrder(.name, reversed: true).sorted(entries)) == ["n", "d", "c", "b", "a"])
    }

    @Test func `what is wrong comes first`() {
        let entries = TopRow.State.allCases.reversed().map { Samples.entry("\($0)", state: $0) }
        #expect(names(TopOrder(.state).sorted(entries)) == ["down", "hung", "ended", "unknown", "up"])
    }

    @Test func `each order looks at its own figure`() {
        let rows = TopOrder.Key.allCases.filter { $0 != .state && $0 != .name }.map { key in
            Samples.entry(key.rawValue) { row in
                switch key {
                case .cpu: row.cpuPercent = 9
                case .memory: row.residentBytes = 9
                case .heap: row.heapBytes = 9
                case .connections: row.connections = TopRow.Use(used: 9)
                case .queue: row.queue = TopRow.Queue(depth: 9)
                case .restarts: row.unitRestarts = 9
                case .state, .name: break
                }
            }
        }
        for key in TopOrder.Key.allCases where key != .state && key != .name {
            #expect(TopOrder(key).sorted(rows).first?.row.instance == key.rawValue)
        }
        var order = TopOrder()
        var seen: Set<TopOrder.Key> = []
        for _ in TopOrder.Key.allCases {
            seen.insert(order.key)
            #expect(order.moved(by: 1).moved(by: -1).key == order.key)
            order = order.moved(by: 1)
        }
        #expect(seen.count == TopOrder.Key.allCases.count && order.key == TopOrder().key)
    }

    @Test(arguments: [
        ("", ["a-1", "b-1", "c-1"]), ("A-1", ["a-1"]), ("-a-1", ["b-1", "c-1"]), ("shop", ["a-1", "b-1"]), ("shop b", ["b-1"]),
        ("state:down", ["b-1"]), ("state:d", ["b-1"]), ("-state:up", ["b-1"]), ("state:stale", ["c-1"]), ("agent:DB2", ["c-1"]),
        ("service:mail", ["c-1"]), ("instance:shop", []), ("unit:x", ["a-1"]), ("x.service", ["a-1"]),
        ("error:timeout", ["b-1"]),
        ("kind:group", ["c-1"]), ("a b", []), ("-", ["a-1", "b-1", "c-1"]), (":1", []), ("10:1", []),
    ])
    func `a filter has words that are all found`(text: String, wanted: [String]) throws {
        let entries = [
            Samples.entry("a-1") { $0.unit = "x.service" },
            Samples.entry("b-1", state: .down) { $0.lastError = TopRow.Failure(message: "a Timeout") },
            Samples.entry("c-1", service: "mail", agent: 1, stale: true) { $0.kind = "group" },
        ]
        let filter = try TopFilter(text)
        #expect(names(entries.filter(filter.admits)) == wanted)
    }

    @Test func `a filter that looks nowhere says where there is to look`() {
        #expect { try TopFilter("colour:red") } throws: {
            "\($0)".contains("“colour” is nothing that a filter looks in: write service:")
        }
        #expect { try TopFilter("state:dead") } throws: { "\($0)".contains("“dead” is no state: write down, hung") }
    }

    private static let wide: [TopEntry] = (0..<30).map { number in
        Samples.entry("checkout-service-\(number)", service: "checkout", state: number == 7 ? .down : .up, agent: number % 2) {
            row in
            (row.cpuPercent, row.residentBytes, row.heapBytes) = (12.3, 48_234_496, 21_000_000)
            (row.connections, row.queue) = (TopRow.Use(used: 3, max: 10), TopRow.Queue(depth: 120, oldestAgeSeconds: 3.2))
            (row.restarts, row.threads, row.openFiles, row.maxFiles) = (1, 9, 41, 1024)
            (row.pid, row.unit, row.sinceTime) = (4711, "checkout@\(number).service", 400)
            row.lastError = TopRow.Failure(time: 700, priority: "err", message: "cannot connect to the database")
        }
    }

    @Test(arguments: 1...240) func `a table fits its screen`(width: Int) {
        let table = TopTable(Self.wide, filter: .all, order: TopOrder(.cpu))
        let layout = table.layout(width: width, agents: true)
        #expect(!layout.isEmpty)
        for line in [table.headings(layout)] + table.entries.map({ table.line(of: $0, layout) }) {
            #expect(line.width <= max(width, TopColumn.instance.least))
            #expect(line.width == table.headings(layout).width)
        }
    }

    @Test func `a wider screen has more columns, and what matters most is there first`() {
        let table = TopTable(Self.wide, filter: .all, order: TopOrder(.cpu))
        var before: Set<TopColumn> = []
        for width in 1...240 {
            let columns = Set(table.layout(width: width, agents: true).map(\.column))
            #expect(columns.isSuperset(of: before), "at \(width)")
            before = columns
        }
        let narrow = table.layout(width: 80, agents: true).map(\.column)
        for column in [TopColumn.service, .instance, .state, .cpu, .memory, .heap, .connections, .queue, .restarts] {
            #expect(narrow.contains(column), "\(column) at 80")
        }
        #expect(before.isSuperset(of: [.agent, .error, .since, .oldest, .threads, .files, .pid, .unit, .kind]))
        let all = table.layout(width: nil, agents: true)
        let line = table.line(of: table.entries[0], all).text
        for part in [
            "checkout-service-0", "12.3", "46.0M", "20.0M", "3/10", "120", "3s", "41/1024", "10m", "4711",
            "5m ago: cannot connect to the database",
        ] {
            #expect(line.contains(part), "\(part) in \(line)")
        }
        #expect(table.headings(all).text.contains("CPU%▼"))
        #expect(!table.layout(width: nil, agents: false).map(\.column).contains(.agent))
    }

    @Test func `figures fit into their columns whatever their size`() {
        let values: [Double] = [0, -1, 0.04, 99.96, 999.96, 1023.97, 1048575, 1e9, 1e15, 1e308, -1e308, .infinity, .nan]
        for value in values {
            for text in [
                FigureText.bytes(value), FigureText.count(value), FigureText.percent(value), FigureText.duration(value),
            ] {
                #expect(text.count <= 8, "\(value): \(text)")
            }
        }
        let bytes: [Double] = [512, 1024, 48_234_496, 1_610_612_736, 1e300]
        #expect(bytes.map(FigureText.bytes) == ["512", "1.0K", "46.0M", "1.5G", "huge"])
        let counts: [Double] = [9999, 10_000, 1_234_567, -1e300]
        #expect(counts.map(FigureText.count) == ["9999", "10.0k", "1.2M", "-huge"])
        let shares: [Double] = [3.4, 99.97, -0.01]
        #expect(shares.map(FigureText.percent) == ["3.4", "100", "0.0"])
        let times: [Double] = [-5, 119, 120, 169_300, 172_800, 1e300]
        #expect(times.map(FigureText.duration) == ["0s", "119s", "2m", "47h", "2d", "huge"])
    }

    @Test func `a course is drawn from the newest backwards`() {
        #expect(Sparkline.text([nil, 0, 50, 100], width: 6, least: 10) == "   ▁▅█")
        #expect(Sparkline.text([1, 2, 3], width: 2, least: 100) == "▁▁")
        #expect(Sparkline.text([.infinity, -5, .nan], width: 3, least: 1) == " ▁ ")
        #expect(Sparkline.text([], width: 0, least: 1) == "")
    }
}
