/// An answer of a server that speaks RESP, as far as `AUTH` and `INFO` have some.
enum RedisReply: Equatable {
    case status(String)
    /// The server's own words, which begin with a code in capitals.
    case error(String)
    case bulk([UInt8])
}

/// Takes answers of RESP out of bytes as they come (https://redis.io/docs/latest/develop/reference/protocol-spec/).
struct RedisReplies {
    private var bytes: [UInt8] = []
    /// The first byte that belongs to no answer yet.
    private var start = 0
    /// Where the search for the end of the line goes on.
    private var sought = 0

    /// What was sent is no answer.
    struct Fault: Error, Equatable {
        /// The first bytes of it.
        let beginning: [UInt8]
    }

    /// The bytes that a line may have, and the most that a text may be said to have.
    private let longestLine = 1024
    private let longest: Int

    init(longest: Int) { self.longest = longest }

    mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    /// The next answer; nil until it is whole.
    mutating func next() throws(Fault) -> RedisReply? {
        guard start < bytes.count else { return nil }
        // What is no RESP is seen from its first byte, not waited for.
        guard [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "$"), UInt8(ascii: "=")].contains(bytes[start]) else {
            throw fault
        }
        guard let end = try endOfLine() else { return nil }
        let line = bytes[(start + 1)..<end]
        switch bytes[start] {
        case UInt8(ascii: "+"):
            take(to: end + 2)
            return .status(String(decoding: line, as: UTF8.self))
        case UInt8(ascii: "-"):
            take(to: end + 2)
            return .error(String(decoding: line, as: UTF8.self))
        default:
            guard !line.isEmpty, line.allSatisfy({ (48...57).contains($0) }),
                let count = Int(String(decoding: line, as: UTF8.self)),
                count <= longest
            else { throw fault }
            let (first, past) = (end + 2, end + 2 + count)
            guard past + 2 <= bytes.count else { return nil }
            guard bytes[past] == UInt8(ascii: "\r"), bytes[past + 1] == UInt8(ascii: "\n") else { throw fault }
            let text = Array(bytes[first..<past])
            take(to: past + 2)
            return .bulk(text)
        }
    }

    /// The carriage return that ends the line.
    private mutating func endOfLine() throws(Fault) -> Int? {
        var index = max(start, sought)
        while index + 1 < bytes.count {
            if bytes[index] == UInt8(ascii: "\r"), bytes[index + 1] == UInt8(ascii: "\n") { return index }
            index += 1
        }
        sought = index
        guard index - start <= longestLine else { throw fault }
        return nil
    }

    private mutating func take(to index: Int) { (start, sought) = (index, index) }

    private var fault: Fault { Fault(beginning: Array(bytes[start...].prefix(40))) }
}
