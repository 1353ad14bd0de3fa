import ApusLinux
import Foundation
import Testing

/// The fixtures were captured with cat from /proc of real processes: a renamed sleep(1), a busy Python with three threads that had
/// waited for a child, and a `true` that nobody had waited for.
@Suite struct ProcessStatTests {
    static func fixture(_ name: String) throws -> [UInt8] {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil))
        return Array(try Data(contentsOf: url))
    }

    @Test func `a command's name with parentheses and spaces hides no field`() throws {
        let stat = try #require(ProcessStat(try Self.fixture("stat-parentheses")))
        #expect(stat.state == UInt8(ascii: "S"))
        #expect(stat.threads == 1)
        #expect(stat.startTicks == 1_211_339)
        #expect(stat.virtualMemory == 2_990_080)
        #expect(stat.residentPages == 445)
        #expect(stat.userTicks == 0)
    }

    @Test func `CPU time of the process and of its children are told apart`() throws {
        let stat = try #require(ProcessStat(try Self.fixture("stat-busy")))
        #expect(stat.state == UInt8(ascii: "R"))
        #expect((stat.userTicks, stat.systemTicks) == (209, 1))
        #expect((stat.childrenUserTicks, stat.childrenSystemTicks) == (52, 2))
        #expect(stat.threads == 2)
        #expect(stat.residentPages == 3521)
    }

    @Test func `a process that nobody has waited for is seen as a zombie`() throws {
        let stat = try #require(ProcessStat(try Self.fixture("stat-zombie")))
        #expect(stat.state == UInt8(ascii: "Z"))
        #expect(stat.residentPages == 0)
    }

    @Test func `a line that is cut short is refused at every length`() throws {
        let bytes = try Self.fixture("stat-parentheses")
        // Up to the last field that is read; the rest may be missing, as in kernels of old.
        let end = try #require(bytes.firstRange(of: Array(" 445 ".utf8)))
        for length in 0..<end.lowerBound { #expect(ProcessStat(bytes[..<length]) == nil, "\(length)") }
        #expect(ProcessStat(bytes[..<end.upperBound]) != nil)
    }

    @Test func `the soft limit of open files is read from its line`() throws {
        #expect(ProcessDescriptors.softLimit(try Self.fixture("limits")) == 20_000)
        #expect(ProcessDescriptors.softLimit(Array("Max open files            unlimited   unlimited   files\n".utf8)) == nil)
        #expect(ProcessDescriptors.softLimit([UInt8]()) == nil)
    }
}
