import Testing

@Suite struct KilledWriterTests {
    @Test(.timeLimit(.minutes(5)))
    func `a writer that is killed at any moment leaves no half-written series and no value that fell`() throws {
        let program = try KilledWriter.program()
        var readings = 0
        var series = 0
        for _ in 0..<1000 {
            let life = try KilledWriter.run(program: program, killAfter: .random(in: 0...10_000))
            readings += life.readings
            series += life.series
        }
        // The lives were long enough to be worth looking at.
        #expect(readings > 5000)
        #expect(series > 10_000)
    }
}
