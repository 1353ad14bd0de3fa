import AgentMetrics
import ApusProbes
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

/// What asks nobody, and does as a test says. It belongs to the loop of the test.
private final class ScriptedProbe: ProbeAsking {
    enum Manner { case answers, hangs, hangsForEver, refuses }

    let loop: EmbeddedEventLoop
    var manner: Manner
    var asked: [NIODeadline] = []
    var cancels = 0
    var promise: EventLoopPromise<Result<ProbeFigures, ProbeFailure>>?

    init(_ loop: EmbeddedEventLoop, _ manner: Manner) {
        self.loop = loop
        self.manner = manner
    }

    func ask(until deadline: NIODeadline) -> EventLoopFuture<Result<ProbeFigures, ProbeFailure>> {
        asked.append(loop.now)
        switch manner {
        case .answers: return loop.makeSucceededFuture(.success(.connected))
        case .refuses: return loop.makeSucceededFuture(.failure(ProbeFailure(.connection, "nobody listens")))
        case .hangs, .hangsForEver:
            let promise = loop.makePromise(of: Result<ProbeFigures, ProbeFailure>.self)
            self.promise = promise
            return promise.futureResult
        }
    }

    func cancel() {
        cancels += 1
        if manner != .hangsForEver { end(.failure(ProbeFailure(.timeout, "it came as far as the login"))) }
    }

    func end(_ result: Result<ProbeFigures, ProbeFailure>) {
        let ending = promise
        promise = nil
        ending?.succeed(result)
    }
}

private final class Events: Sendable {
    let all = Mutex<[ProbeEvent]>([])
}

/// A schedule of scripted probes in a time of its own, which passes when the test says so.
private final class Scene {
    let loop = EmbeddedEventLoop()
    let book = ProbeBook()
    var probes: [ProbeID: ScriptedProbe] = [:]
    var made = 0
    let events = Events()
    private(set) var engine: ProbeEngine?

    init(attempts: Int = 64, _ manner: @escaping (ProbeDeclaration) -> ScriptedProbe.Manner) {
        loop.advanceTime(by: .seconds(1000))
        engine = ProbeEngine(
            on: loop, book: book, attempts: attempts, tell: { [events] event in events.all.withLock { $0.append(event) } }
        ) { [unowned self] declaration in
            made += 1
            let probe = ScriptedProbe(loop, manner(declaration))
            probes[declaration.id] = probe
            return probe
        }
    }

    static func declaration(
        _ number: Int, port: Int = 1, interval: Duration = .seconds(15), timeout: Duration = .seconds(5)
    ) -> ProbeDeclaration {
        ProbeDeclaration(
            InstanceIdentity(service: "s", instance: "\(number)"), .tcp(TCPTarget(host: "127.0.0.1", port: port)),
            interval: interval, timeout: timeout)
    }

    func watch(_ declarations: [ProbeDeclaration]) {
        book.keep(declarations, at: loop.now.uptimeNanoseconds, realtime: 1_000_000)
        engine?.watch(declarations)
    }

    func pass(_ seconds: Int64) {
        // In small steps, as real time passes.
        for _ in 0..<seconds * 10 { loop.advanceTime(by: .milliseconds(100)) }
    }

    func standing(_ number: Int) -> ProbeStanding? {
        book.standing(of: Self.declaration(number).id, at: loop.now.uptimeNanoseconds)
    }

    func probe(_ number: Int) -> ScriptedProbe? { probes[Self.declaration(number).id] }

    deinit {
        for probe in probes.values { probe.end(.failure(ProbeFailure(.timeout, "over"))) }
    }
}

/// The schedule of probes, in a time that a test has pass.
@Suite struct ProbeEngineTests {
    @Test func `a probe is asked soon after it is set, and then once an interval`() throws {
        let scene = Scene { _ in .answers }
        scene.watch([Scene.declaration(1)])
        #expect(scene.standing(1)?.isUp == nil)
        scene.pass(2)
        #expect(scene.probe(1)?.asked.count == 1)
        #expect(scene.standing(1)?.isUp == true && scene.standing(1)?.figures == .connected)
        scene.pass(150)
        let asked = try #require(scene.probe(1)?.asked)
        #expect((9...11).contains(asked.count - 1))
        let gaps = zip(asked.dropFirst(2), asked.dropFirst()).map { $0 - $1 }
        #expect(gaps.allSatisfy { $0 == .seconds(15) }, "\(gaps)")
    }

    @Test func `what hangs is cancelled at its deadline and counted, and says how far it came`() {
        let scene = Scene { _ in .hangs }
        scene.watch([Scene.declaration(1)])
        scene.pass(8)
        #expect(scene.probe(1)?.cancels == 1)
        let standing = scene.standing(1)
        #expect(standing?.isUp == false && standing?.failures == [.timeout: 1] && standing?.figures == nil)
        #expect(standing?.lastFailure?.text.contains("within 5s; it came as far as the login") == true)
        #expect(standing?.duration.map { abs($0 - 5) < 0.2 } == true)
        scene.pass(45)
        #expect((3...5).contains(scene.probe(1)?.asked.count ?? 0))
    }

    @Test func `what does not even end when it is cancelled is left behind, with no second attempt beside it`() {
        let scene = Scene(attempts: 1) { $0.identity.instance == "1" ? .hangsForEver : .answers }
        scene.watch([Scene.declaration(1), Scene.declaration(2)])
        scene.pass(120)
        #expect(scene.probe(1)?.asked.count == 1)
        #expect(scene.standing(1)?.isUp == false && scene.standing(1)?.failures[.timeout] == 1)
        #expect((6...9).contains(scene.standing(1)?.failures[.agent] ?? 0))
        // The only place was given to the others.
        #expect((6...10).contains(scene.probe(2)?.asked.count ?? 0))
        scene.probe(1)?.manner = .answers
        scene.probe(1)?.end(.success(.connected))
        #expect(scene.standing(1)?.isUp == false)
        scene.pass(16)
        #expect(scene.probe(1)?.asked.count == 2 && scene.standing(1)?.isUp == true)
    }

    @Test func `probes that hang keep none that answers from its turns`() throws {
        let scene = Scene(attempts: 8) { $0.identity.instance.hasPrefix("9") ? .hangs : .answers }
        scene.watch((0..<8).map { Scene.declaration($0) } + (900..<1000).map { Scene.declaration($0) })
        // Those that nobody has asked yet are not known to hang.
        scene.pass(90)
        let before = (0..<8).compactMap { scene.probe($0)?.asked.count }
        scene.pass(150)
        for number in 0..<8 {
            let asked = try #require(scene.probe(number)?.asked.count)
            #expect((10...11).contains(asked - before[number]), "\(number): \(asked)")
            #expect(scene.standing(number)?.isUp == true)
        }
        #expect((900..<1000).allSatisfy { scene.standing($0)?.isUp == false })
    }

    @Test func `a probe that cannot be asked is down, whatever it was before`() throws {
        let scene = Scene(attempts: 1) { _ in .answers }
        scene.watch([Scene.declaration(1)])
        scene.pass(3)
        #expect(scene.standing(1)?.isUp == true)
        let now = scene.loop.now.uptimeNanoseconds
        let later = try #require(scene.book.standing(of: Scene.declaration(1).id, at: now + 60_000_000_000))
        #expect(later.isUp == false && later.figures == nil)
        #expect(scene.book.down(at: now) == 0 && scene.book.down(at: now + 60_000_000_000) == 1)
    }

    @Test func `the log hears once that a probe is down, and once that it is back`() throws {
        let scene = Scene { _ in .refuses }
        scene.watch([Scene.declaration(1)])
        scene.pass(100)
        #expect(
            scene.events.all.withLock { $0 } == [.down(Scene.declaration(1).id, ProbeFailure(.connection, "nobody listens"))])
        scene.probe(1)?.manner = .answers
        scene.pass(100)
        let events = scene.events.all.withLock { $0 }
        guard events.count == 2, case .up(let id, after: let seconds) = events[1] else {
            Issue.record("\(events)")
            return
        }
        #expect(id == Scene.declaration(1).id && (90...120).contains(seconds))
    }

    @Test func `at a reload what is the same goes on, what is gone is let go, and what has changed is asked anew`() throws {
        let scene = Scene { $0.identity.instance == "3" ? .hangs : .refuses }
        scene.watch((1...3).map { Scene.declaration($0) })
        scene.pass(20)
        let failures = try #require(scene.standing(1)?.failures)
        let changedFailures = try #require(scene.standing(2)?.failures[.connection])
        let (first, second, third) = (scene.probe(1), scene.probe(2), scene.probe(3))
        scene.watch([Scene.declaration(1), Scene.declaration(2, port: 2)])
        #expect(scene.made == 4 && scene.probe(1) === first && scene.probe(2) !== second)
        #expect(scene.standing(1)?.failures == failures && scene.standing(3) == nil)
        let asked = third?.asked.count
        let askedSecond = second?.asked.count
        scene.pass(60)
        #expect(third?.asked.count == asked && second?.asked.count == askedSecond)
        #expect(third?.cancels ?? 0 >= 1)
        // What has failed of an identity stays counted.
        #expect((scene.standing(2)?.failures[.connection] ?? 0) > changedFailures)
        scene.watch([Scene.declaration(1), Scene.declaration(2, port: 2)])
        #expect(scene.made == 4)
    }

    @Test func `what was known of a former target is not said of the new one`() throws {
        let book = ProbeBook()
        let former = Scene.declaration(1)
        book.keep([former], at: 1, realtime: 1000)
        _ = book.note(.failure(ProbeFailure(.connection, "refused")), of: former.id, seconds: 0.5, at: 2)
        _ = book.note(.success(.connected), of: former.id, seconds: 0.25, at: 3)
        book.keep([Scene.declaration(1, interval: .seconds(30))], at: 4, realtime: 2000)
        let slower = try #require(book.standing(of: former.id, at: 5))
        #expect(slower.isUp == true && slower.answeredAt == 3 && slower.figures == .connected && slower.endedAt == 4)
        #expect(slower.declaration.interval == .seconds(30))
        book.keep([Scene.declaration(1, port: 2)], at: 6, realtime: 3000)
        let other = try #require(book.standing(of: former.id, at: 7))
        #expect(other.isUp == nil && other.answeredAt == nil && other.duration == nil && other.lastFailure == nil)
        #expect(other.figures == nil && other.endedAt == 6 && other.changedAt == 6)
        #expect(other.failures == [.connection: 1] && other.began == 1000)
    }

    @Test func `probes of one kind and identity are told apart by their names`() {
        func named(_ name: String?) -> ProbeDeclaration {
            ProbeDeclaration(
                InstanceIdentity(service: "s", instance: "i"), name: name, .tcp(TCPTarget(host: "127.0.0.1", port: 1)),
                interval: .seconds(15), timeout: .seconds(5))
        }
        let all = ["ready", nil, "live"].map(named)
        let book = ProbeBook()
        book.keep(all, at: 1, realtime: 1)
        #expect(book.all(at: 2).map(\.declaration.name) == [nil, "live", "ready"])
        _ = book.note(.success(.connected), of: named("live").id, seconds: 1, at: 2)
        #expect(book.all(at: 3).map(\.isUp) == [nil, true, nil])
        let places = Set(all.map { ProbeSchedule(of: $0.id, interval: .seconds(15), start: 0, spread: .seconds(2)).next })
        #expect(places.count == 3)
        #expect("\(named("live").id)" == "s/i (tcp live)" && "\(named(nil).id)" == "s/i (tcp)")
    }

    @Test func `names that are composed in different ways are two probes, and paths two files`() {
        let (composed, apart) = ("caf\u{E9}", "cafe\u{301}")
        func declaration(_ name: String) -> ProbeDeclaration {
            ProbeDeclaration(
                InstanceIdentity(service: "s", instance: name), .unix(UnixTarget(path: "/run/x")), interval: .seconds(15),
                timeout: .seconds(5))
        }
        #expect(declaration(composed).id != declaration(apart).id)
        let paths = [composed, apart].map { UnixTarget(path: "/run/\($0)") }.map {
            ProbeDeclaration(
                InstanceIdentity(service: "s", instance: "i"), .unix($0), interval: .seconds(15), timeout: .seconds(5))
        }
        #expect(paths[0] == paths[1] && !paths[0].isSame(as: paths[1]) && paths[0].isSame(as: paths[0]))
    }

    @Test func `a stop waits for what lets go, and not for what does not`() throws {
        let scene = Scene { _ in .hangs }
        scene.watch([Scene.declaration(1)])
        scene.pass(3)
        let stopped = try #require(scene.engine?.stop())
        #expect(stopped.isFulfilled)
        let stuck = Scene { _ in .hangsForEver }
        stuck.watch([Scene.declaration(1)])
        stuck.pass(3)
        let late = try #require(stuck.engine?.stop())
        #expect(!late.isFulfilled)
        stuck.pass(1)
        #expect(late.isFulfilled)
    }
}

extension EventLoopFuture where Value == Void {
    fileprivate var isFulfilled: Bool {
        let flag = Flag()
        whenComplete { _ in flag.raise() }
        return flag.isRaised
    }
}

private final class Flag: Sendable {
    private let flag = Atomic<Bool>(false)
    var isRaised: Bool { flag.load(ordering: .relaxed) }
    func raise() { flag.store(true, ordering: .relaxed) }
}
