import NotificationStore

extension EnqueueRequest {
    /// A digest of what the request says, in 32 hexadecimal digits: the same for the same content, however its JSON is laid out, so
    /// that a client may write its request anew when it repeats it.
    ///
    /// It is FNV-1a of 128 bits over the fields with their lengths. It tells apart what a client did by mistake under one key; it
    /// withstands no attack, and there is none: whoever knows the key of a request can only learn the ids that it got.
    var fingerprint: String {
        var digest = FNV1a()
        digest.add(isBatch ? "batch" : "single")
        for notification in notifications {
            digest.add(notification.userID)
            digest.add(notification.channel.rawValue)
            digest.add(notification.title)
            digest.add(notification.body)
            digest.add(notification.webhookURL ?? "")
            digest.add(notification.deliverAt.map { String($0.milliseconds) } ?? "")
        }
        let text = String(digest.value, radix: 16)
        return String(repeating: "0", count: 32 - text.count) + text
    }
}

/// The hash of Fowler, Noll and Vo, variant 1a, of 128 bits (RFC 9923).
package struct FNV1a {
    package private(set) var value: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d

    package init() {}

    package mutating func add(byte: UInt8) {
        value ^= UInt128(byte)
        value &*= 0x0000_0000_0100_0000_0000_0000_0000_013B
    }

    /// Adds a text with its length before it, so that no two sequences of texts are one sequence of bytes.
    mutating func add(_ text: String) {
        withUnsafeBytes(of: UInt64(text.utf8.count).littleEndian) { for byte in $0 { add(byte: byte) } }
        for byte in text.utf8 { add(byte: byte) }
    }
}
