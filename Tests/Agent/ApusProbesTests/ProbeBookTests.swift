import AgentMetrics
import ApusProbes
import Testing

/// What the book says of probes that nobody asks.
@Suite struct ProbeBookTests {
    private static let declaration = ProbeDeclaration(
        InstanceIdentity(service: "db", instance: "db1"), .tcp(TCPTarget(host: "127.0.0.1", port: 1)),
        interval: .seconds(15), timeout: .seconds(5))

    private static func time(_ seconds: UInt64) -> UInt64 { (1000 + seconds) * 1_000_000_000 }

    @Test func `a probe that is not asked for two of its turns is overdue and down, until it is asked again`() throws {
        let book = ProbeBook()
        let id = Self.declaration.id
        book.keep([Self.declaration], at: Self.time(0), realtime: 1_000_000)
        #expect(book.note(.success(.connected), of: id, seconds: 0.1, at: Self.time(1)) == nil)
        // Two turns, the time of an attempt and that of the first attempts: 37 s.
        let intime = try #require(book.standing(of: id, at: Self.time(38)))
        #expect(intime.isUp == true && !intime.isOverdue && intime.figures == .connected)
        let late = try #require(book.standing(of: id, at: Self.time(39)))
        #expect(late.isUp == false && late.isOverdue && late.figures == nil && late.answeredAt == Self.time(1))
        #expect(book.overdue(at: Self.time(38)) == [] && book.overdue(at: Self.time(39)) == [id])
        _ = book.note(.success(.connected), of: id, seconds: 0.1, at: Self.time(100))
        let again = try #require(book.standing(of: id, at: Self.time(101)))
        #expect(again.isUp == true && !again.isOverdue && book.overdue(at: Self.time(101)) == [])
    }
}
