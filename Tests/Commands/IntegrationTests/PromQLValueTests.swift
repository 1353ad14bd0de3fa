import ApusPromQL
import Foundation
import HostTesting
import Testing

/// Whether what is printed means what was read: a real Prometheus computes both.
@Suite(.timeLimit(.minutes(2))) struct PromQLValueTests {
    private struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }

    private static let operators = ["+", "-", "*", "/", "%", "^", "atan2", "== bool", "> bool", "<= bool"]

    /// An expression of scalars with every operation in parentheses.
    private static func text(_ depth: Int, _ dice: inout Dice) -> String {
        if depth == 0 || Int.random(in: 0..<8, using: &dice) == 0 { return "\(Int.random(in: 1...5, using: &dice))" }
        if Int.random(in: 0..<6, using: &dice) == 0 { return "(-\(text(depth - 1, &dice)))" }
        let symbol = operators.randomElement(using: &dice) ?? "+"
        return "(\(text(depth - 1, &dice)) \(symbol) \(text(depth - 1, &dice)))"
    }

    @Test func `three hundred random expressions have the same value with the parentheses that are left`() async throws {
        let folder = try TemporaryFolder()
        try "global: {}\n".write(toFile: folder.path("prometheus.yml"), atomically: false, encoding: .utf8)
        let prometheus = try await Prometheus(configuration: folder.path("prometheus.yml"))
        var dice = Dice(state: 0x9E37_79B9_7F4A_7C15)
        var shorter = 0
        for _ in 0..<300 {
            let full = Self.text(4, &dice)
            let printed = try PromQLExpression(parsing: full).description
            shorter += printed.count < full.count ? 1 : 0
            let values = [
                try await prometheus.query("vector(\(full))"), try await prometheus.query("vector(\(printed))"),
            ].map { $0.first?.value }
            let (before, after) = (try #require(values[0]), try #require(values[1]))
            #expect(before.bitPattern == after.bitPattern || (before.isNaN && after.isNaN), "\(full) and \(printed)")
        }
        #expect(shorter > 200)
        try await prometheus.stop()
    }
}
