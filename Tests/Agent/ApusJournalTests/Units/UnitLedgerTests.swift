import ApusJournal
import Testing

@Suite struct `A ledger of units` {
    private let start = SuspendingClock.now
    private static let nginx = "nginx.service"

    private func ledger(_ patterns: String..., limits: UnitLedger.Limits = .init()) -> UnitLedger {
        UnitLedger(patterns: patterns.compactMap { UnitPattern($0) }, limits: limits)
    }

    private func at(_ milliseconds: Int) -> SuspendingClock.Instant { start + .milliseconds(milliseconds) }

    private func state(_ name: String, _ active: String = "active") -> UnitState {
        UnitState(name: name, loadState: "loaded", activeState: active, subState: "running")
    }

    @Test func `asks for the properties of what is loaded, and only for the file of an expected unit that is not`() {
        var ledger = ledger("nginx.service", "redis.service", "apus-*.service")
        ledger.listed([Self.nginx, "apus-api@1.service"], at: at(0))
        #expect(
            ledger.take(at: at(0), limit: 10) == [
                .properties("apus-api@1.service"), .properties(Self.nginx), .fileState("redis.service"),
            ])
        #expect(ledger.take(at: at(10_000), limit: 10).isEmpty)
        #expect(ledger.nextDue == nil)
    }

    @Test func `asks once for the changes of a moment, and seldom for one that never rests`() {
        var ledger = ledger("nginx.service")
        var questions = 0
        for millisecond in 0..<2000 {
            ledger.changed(Self.nginx, at: at(millisecond))
            questions += ledger.take(at: at(millisecond), limit: 10).count
        }
        // Five a second; and none is lost: the last change is asked about after it.
        #expect(questions == 10)
        #expect(ledger.nextDue != nil)
    }

    @Test func `asks once about the file of a unit that systemd has let go of, which loads it again`() {
        var ledger = ledger("nginx.service")
        ledger.listed([Self.nginx], at: at(0))
        _ = ledger.take(at: at(0), limit: 10)
        var active = state(Self.nginx)
        active.stateChange = 1
        ledger.answered(active)
        ledger.changed(Self.nginx, at: at(500))
        ledger.unloaded(Self.nginx, at: at(501))
        for round in 0..<3 {
            let now = 5000 + 1000 * round
            #expect(ledger.take(at: at(now), limit: 10) == [.fileState(Self.nginx)])
            ledger.answered(Self.nginx, file: "static", at: at(now))
            // What systemd makes of the file is learnt once, and its signals of loading it begin nothing anew.
            #expect(ledger.take(at: at(now), limit: 10) == (round == 0 ? [.properties(Self.nginx)] : []))
            if round == 0 { ledger.answered(state(Self.nginx, "inactive")) }
            #expect(ledger.states.map(\.activeState) == ["inactive"])
            #expect(ledger.states.map(\.stateChange) == [nil])
            #expect(ledger.states.map(\.isAbsent) == [false])
            #expect(ledger.nextDue == nil)
            ledger.changed(Self.nginx, at: at(now + 1))
            ledger.unloaded(Self.nginx, at: at(now + 1))
        }
        ledger.forgetFiles()
        #expect(ledger.take(at: at(9000), limit: 10) == [.fileState(Self.nginx)])
        ledger.answered(Self.nginx, file: "static", at: at(9000))
        #expect(ledger.take(at: at(9000), limit: 10) == [.properties(Self.nginx)])
    }

    @Test func `serves the state of a unit under its alias, as the unit's signals tell of it`() {
        let (alias, real) = ("mysql.service", "mariadb.service")
        func state(_ active: String) -> UnitState {
            var state = self.state(alias, active)
            state.id = real
            return state
        }
        var ledger = ledger(alias)
        ledger.listed([], at: at(0))
        #expect(ledger.take(at: at(0), limit: 10) == [.fileState(alias)])
        ledger.answered(alias, file: "alias", at: at(0))
        // Nothing is said until it is known whose state it is.
        #expect(ledger.states.isEmpty)
        #expect(ledger.take(at: at(0), limit: 10) == [.properties(alias)])
        ledger.answered(state("active"))
        #expect(ledger.states == [state("active")])
        #expect(ledger.realNames == [real])
        ledger.refreshRunning(at: at(1000))
        #expect(ledger.take(at: at(1000), limit: 10) == [.properties(alias)])

        ledger.changed(real, at: at(2000))
        #expect(ledger.take(at: at(2020), limit: 10) == [.properties(alias)])
        ledger.answered(state("failed"))
        #expect(ledger.states == [state("failed")])
        ledger.unloaded(real, at: at(3000))
        #expect(ledger.take(at: at(3020), limit: 10) == [.fileState(alias)])
        ledger.answered(alias, file: "alias", at: at(3020))
        #expect(ledger.states.map(\.activeState) == ["inactive"] && ledger.states.map(\.loadState) == ["loaded"])
        #expect(ledger.nextDue == nil)
        ledger.changed(real, at: at(4000))
        #expect(ledger.take(at: at(4020), limit: 10) == [.properties(alias)])
        ledger.answered(state("active"))
        #expect(ledger.states.map(\.activeState) == ["active"])
        // A list of what is loaded has the unit's own name.
        ledger.listed([real], at: at(5000))
        #expect(ledger.take(at: at(5000), limit: 10) == [.properties(alias)])
        ledger.listed([], at: at(6000))
        #expect(ledger.take(at: at(6000), limit: 10) == [.fileState(alias)])
    }

    @Test(arguments: [("masked", "masked"), ("masked-runtime", "masked"), ("bad", "bad-setting"), ("", "error")])
    func `has systemd's word for a file that is masked or at fault`(file: String, loadState: String) {
        var ledger = ledger("nginx.service")
        ledger.listed([], at: at(0))
        _ = ledger.take(at: at(0), limit: 10)
        ledger.answered(Self.nginx, file: file, at: at(0))
        for question in ledger.take(at: at(0), limit: 10) {
            #expect(question == .properties(Self.nginx) && loadState != "masked")
            ledger.answered(UnitState(name: Self.nginx, loadState: loadState, activeState: "inactive", subState: "dead"))
        }
        #expect(
            ledger.states == [UnitState(name: Self.nginx, loadState: loadState, activeState: "inactive", subState: "dead")])
        #expect(ledger.nextDue == nil)
    }

    @Test func `a template without an instance is no unit`() {
        var ledger = ledger("getty@.service")
        ledger.listed([], at: at(0))
        #expect(ledger.take(at: at(0), limit: 10) == [.fileState("getty@.service")])
        ledger.answered("getty@.service", file: "enabled", at: at(0))
        #expect(ledger.states.map(\.isAbsent) == [true])
        #expect(ledger.nextDue == nil)
    }

    @Test func `a unit that systemd refuses to load is absent, and is not asked for in a circle`() {
        var ledger = ledger("nginx.service")
        ledger.listed([], at: at(0))
        _ = ledger.take(at: at(0), limit: 10)
        ledger.answered(Self.nginx, file: "static", at: at(0))
        #expect(ledger.take(at: at(0), limit: 10) == [.properties(Self.nginx)])
        ledger.refused(Self.nginx, at: at(0))
        #expect(ledger.states.map(\.isAbsent) == [true])
        #expect(ledger.nextDue == nil)
    }

    @Test func `says of an expected unit without a file that it is absent, until it comes`() {
        var ledger = ledger("nginx.service")
        ledger.listed([], at: at(0))
        #expect(ledger.take(at: at(0), limit: 10) == [.fileState(Self.nginx)])
        ledger.answered(Self.nginx, file: nil, at: at(0))
        #expect(ledger.states.map(\.isAbsent) == [true])
        ledger.changed(Self.nginx, at: at(1000))
        #expect(ledger.take(at: at(1020), limit: 10) == [.properties(Self.nginx)])
        // The older answer comes late, and is void.
        ledger.answered(Self.nginx, file: nil, at: at(1020))
        ledger.answered(state(Self.nginx))
        #expect(ledger.states == [state(Self.nginx)])
    }

    @Test func `forgets a unit of a glob with systemd`() {
        var ledger = ledger("apus-*.service")
        ledger.changed("apus-a.service", at: at(0))
        ledger.changed("nginx.service", at: at(0))
        #expect(ledger.take(at: at(20), limit: 10) == [.properties("apus-a.service")])
        ledger.answered(state("apus-a.service"))
        #expect(ledger.states.count == 1)
        ledger.unloaded("apus-a.service", at: at(30))
        #expect(ledger.states.isEmpty)
        // An answer that was under way does not bring it back.
        ledger.answered(state("apus-a.service"))
        #expect(ledger.states.isEmpty)
    }

    @Test func `keeps to so many questions in a tenth of a second, the oldest first`() {
        var ledger = ledger("*.service")
        let names = (100..<200).map { "u\($0).service" }
        ledger.listed(names, at: at(0))
        var taken: [UnitCall] = []
        for millisecond in stride(from: 0, to: 100, by: 10) { taken += ledger.take(at: at(millisecond), limit: 1000) }
        #expect(taken == names.prefix(20).map { .properties($0) })
        #expect(ledger.nextDue == at(100))
        #expect(ledger.take(at: at(100), limit: 3) == names[20..<23].map { .properties($0) })
    }

    @Test func `asks anew about what runs, and not about what has stopped`() {
        var ledger = ledger("apus-*.service")
        ledger.listed(["apus-a.service", "apus-b.service"], at: at(0))
        _ = ledger.take(at: at(0), limit: 10)
        ledger.answered(state("apus-a.service"))
        ledger.answered(state("apus-b.service", "failed"))
        ledger.refreshRunning(at: at(1000))
        #expect(ledger.take(at: at(1000), limit: 10) == [.properties("apus-a.service")])
    }

    @Test func `a unit that is not answered about ages alone, is asked about ever later, and is forgotten in the end`() {
        var ledger = ledger("*.service")
        ledger.listed(["a.service", "b.service"], at: at(0))
        _ = ledger.take(at: at(0), limit: 10)
        ledger.answered(state("a.service"))
        ledger.answered(state("b.service"))
        ledger.refreshRunning(at: at(1000))
        #expect(ledger.take(at: at(1000), limit: 10).count == 2)
        ledger.answered(state("a.service"))
        ledger.unanswered("b.service", at: at(3000))
        #expect(ledger.states.map(\.name) == ["a.service", "b.service"])
        var pauses: [Int] = []
        var now = 3000
        while now < 400_000, pauses.count < 20 {
            let before = now
            while ledger.take(at: at(now), limit: 10).isEmpty { now += 1000 }
            pauses.append((now - before) / 1000)
            ledger.unanswered("b.service", at: at(now))
        }
        #expect(pauses == [15, 30, 60, 120, 240])
        #expect(ledger.states.map(\.name) == ["a.service"])
        now += 240_000
        #expect(ledger.take(at: at(now), limit: 10) == [.properties("b.service")])
        ledger.answered(state("b.service"))
        #expect(ledger.states.count == 2)
    }

    @Test func `asks about a unit once at a time, however often it changes`() {
        var ledger = ledger("*.service")
        ledger.listed(["a.service", "b.service"], at: at(0))
        _ = ledger.take(at: at(0), limit: 10)
        ledger.changed("a.service", at: at(1000))
        #expect(ledger.take(at: at(2000), limit: 10, without: ["a.service"]).isEmpty)
        #expect(ledger.nextDue(without: ["a.service"]) == nil)
        #expect(ledger.take(at: at(2000), limit: 10) == [.properties("a.service")])
    }

    @Test func `watches no more units than its limit, and knows how many it does not`() {
        var ledger = ledger("*.service", limits: .init(units: 2))
        ledger.listed(["a.service", "b.service", "c.service", "d.service"], at: at(0))
        #expect(ledger.take(at: at(0), limit: 10).count == 2)
        #expect(ledger.ignored.count == 2)
        #expect(ledger.crowdedGlobs == ["*.service"] && ledger.mostUnits == 2)
        ledger.unloaded("d.service", at: at(1))
        #expect(ledger.ignored.count == 1)
    }

    @Test func `a unit that goes leaves its place at once to one that found none`() {
        var ledger = ledger("*.service", limits: .init(units: 2))
        ledger.listed(["a.service", "b.service", "c.service", "d.service"], at: at(0))
        _ = ledger.take(at: at(0), limit: 10)
        ledger.unloaded("a.service", at: at(1000))
        #expect(ledger.take(at: at(2000), limit: 10) == [.properties("c.service")])
        #expect(ledger.ignored == ["d.service"])
        // Those that a list does not have any more go before those come that are new in it.
        ledger.listed(["c.service", "d.service"], at: at(3000))
        #expect(ledger.take(at: at(4000), limit: 10) == [.properties("c.service"), .properties("d.service")])
        #expect(ledger.ignored.isEmpty)
    }

    @Test func `a unit that a place is found for counts no longer among those that have none`() {
        var ledger = ledger("*.service", limits: .init(units: 1))
        ledger.listed(["a.service"], at: at(0))
        ledger.changed("b.service", at: at(10))
        #expect(ledger.ignored == ["b.service"])
        ledger.listed(["b.service"], at: at(1000))
        #expect(ledger.ignored.isEmpty && ledger.take(at: at(2000), limit: 10) == [.properties("b.service")])
    }
}
