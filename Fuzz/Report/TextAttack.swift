import ApusSegment

/// Messages from another process: what is taken survives the way back and forth, byte by byte.
enum TextAttack {
    static func hello(_ bytes: [UInt8]) {
        if let hello = try? Hello(bytes: bytes) { checkWay(hello) }
        let halves = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, let service = String(validating: halves[0], as: UTF8.self),
            let instance = String(validating: halves[1], as: UTF8.self),
            let hello = try? Hello(service: service, instance: instance)
        else { return }
        checkWay(hello)
    }

    private static func checkWay(_ hello: Hello) {
        require(hello.bytes.count <= Hello.longest, "a hello of \(hello.bytes.count) bytes")
        guard let again = try? Hello(bytes: hello.bytes) else { return require(false, "a hello is refused: \(hello)") }
        require(
            again.service.utf8.elementsEqual(hello.service.utf8) && again.instance.utf8.elementsEqual(hello.instance.utf8),
            "\(hello) became \(again)")
    }

    static func reply(_ bytes: [UInt8]) {
        if case .refused(let reason)? = Reply(bytes: bytes) {
            require(!reason.utf8.contains(UInt8(ascii: "\n")), "a reason of several lines")
        }
        let reason = String(decoding: bytes, as: UTF8.self)
        let sent = Reply.refused(reason).bytes
        require(sent.count <= 1024, "a reply of \(sent.count) bytes")
        guard case .refused(let received)? = Reply(bytes: sent) else { return require(false, "a refusal is not understood") }
        let line = Array(reason.utf8.prefix { $0 != UInt8(ascii: "\n") })
        require(line.count > 1000 || received.utf8.elementsEqual(line), "the reason «\(reason)» became «\(received)»")
    }
}
