import ApusAgent
import Glibc
import Testing

@Suite struct StreamCompressorTests {
    static let cases: [(StreamCompressor.Coding, String)] = [(.gzip, "gzip"), (.zstd, "zstd")]

    @Test(arguments: cases)
    func `what was compressed in pieces is what the public tool unpacks`(coding: StreamCompressor.Coding, tool: String) throws {
        let compressor = try #require(StreamCompressor(coding))
        var plain: [UInt8] = []
        var packed: [UInt8] = []
        // Pieces of all sizes, among them none and one past the block; some that compress well and some that do not at all.
        for (index, size) in [0, 1, 100_000, 7, 65_536, 300_000, 0].enumerated() {
            let piece = (0..<size).map { index % 2 == 0 ? UInt8.random(in: 0...255) : UInt8(truncatingIfNeeded: $0 / 64) }
            plain += piece
            packed += try compressor.compress(piece, isLast: false)
        }
        packed += try compressor.compress([], isLast: true)
        #expect(packed.count < plain.count)
        #expect(try Self.unpack(packed, tool) == plain)
    }

    @Test(arguments: cases)
    func `a stream of nothing is a whole one`(coding: StreamCompressor.Coding, tool: String) throws {
        let compressor = try #require(StreamCompressor(coding))
        #expect(try Self.unpack(compressor.compress([], isLast: true), tool) == [])
    }

    private static func unpack(_ packed: [UInt8], _ tool: String) throws -> [UInt8] {
        var path = Array("/tmp/apus-packed-XXXXXX".utf8CString)
        let file = mkstemp(&path)
        defer { unlink(path) }
        #expect(write(file, packed, packed.count) == packed.count)
        close(file)
        let name = String(decoding: path.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        let pipe = try #require(popen("\(tool) -dc < \(name)", "r"))
        var plain: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&block, 1, block.count, pipe), count > 0 { plain += block[..<count] }
        #expect(pclose(pipe) == 0)
        return plain
    }
}
