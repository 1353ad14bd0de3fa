/// The agent's answer to a hello, one message.
package enum Reply: Equatable, Sendable {
    case accepted
    case refused(String)

    package var bytes: [UInt8] {
        switch self {
        case .accepted: Array("ok\n".utf8)
        case .refused(let reason): Array("refused \(reason)\n".utf8.prefix(1024))
        }
    }

    package init?(bytes: some Collection<UInt8>) {
        // By bytes: as characters, a combining mark would join the space before it.
        let refusal = Array("refused ".utf8)
        if bytes.elementsEqual("ok\n".utf8) {
            self = .accepted
        } else if bytes.starts(with: refusal) {
            let reason = bytes.dropFirst(refusal.count).prefix { $0 != UInt8(ascii: "\n") }
            self = .refused(String(decoding: reason, as: UTF8.self))
        } else {
            return nil
        }
    }
}
