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
        let text = String(decoding: bytes, as: UTF8.self)
        if text == "ok\n" {
            self = .accepted
        } else if text.hasPrefix("refused ") {
            self = .refused(String(text.dropFirst("refused ".count).prefix { $0 != "\n" }))
        } else {
            return nil
        }
    }
}
