import NotificationStore

/// Addresses in requests: of webhooks, of notifications, and the query of the agent's pages.
enum AddressAttack {
    static func webhook(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let problem = WebhookAddress.problem(in: text) else {
            require(text.utf8.count <= WebhookAddress.longest, "an address of \(text.utf8.count) bytes")
            require(text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }, "an address with a control character")
            let lower = text.lowercased()
            guard let scheme = ["http://", "https://"].first(where: lower.hasPrefix) else {
                return require(false, "«\(text)» is taken for an address")
            }
            let authority = text.utf8.dropFirst(scheme.utf8.count).prefix { !"/?#".utf8.contains($0) }
            require(!authority.isEmpty && authority.first != UInt8(ascii: ":"), "an address without a host")
            require(!authority.contains(UInt8(ascii: "@")), "an address with a user")
            return
        }
        require(problem.utf8.count <= 512, "a problem of \(problem.utf8.count) bytes")
    }

    static func identifier(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let id = NotificationID(text) else { return }
        require(id.description == text.lowercased(), "«\(text)» became \(id)")
        require(NotificationID(id.description) == id, "\(id) is not read again")
    }

    static func query(_ bytes: [UInt8]) {
        let uri = String(decoding: bytes, as: UTF8.self)
        let value = uri.utf8.prefix { !"&".utf8.contains($0) }
        let read = Query.value(of: "unit", in: "/?unit=" + String(decoding: value, as: UTF8.self))
        require(read.map { Array($0.utf8) } == decoded(Array(value)), "«\(uri)» is read as \(read ?? "nothing")")
        let encoded = uri.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        require(
            Query.value(of: "unit", in: "/api/v1/journal?a=b&unit=\(encoded)&unit=c")?.utf8.elementsEqual(uri.utf8) == true,
            "a value changes when it is encoded")
        let parameters = try? Query.parameters(["unit"], in: "/?unit=\(encoded)", longest: 1 << 12)
        require(
            uri.isEmpty || parameters?["unit"]?.utf8.elementsEqual(uri.utf8) == true,
            "a parameter changes when it is encoded")
        _ = try? Query.parameters(["unit", "a"], in: "/?" + uri, longest: 64)
    }

    /// Percent-decoding by RFC 3986, part by part; nil where it has none, or what comes out is no UTF-8.
    private static func decoded(_ bytes: [UInt8]) -> [UInt8]? {
        let parts = bytes.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false)
        var all = Array(parts.first ?? [])
        for part in parts.dropFirst() {
            let digits = part.prefix(2)
            guard digits.count == 2, digits.allSatisfy({ "0123456789abcdefABCDEF".utf8.contains($0) }),
                let byte = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else { return nil }
            all += [byte] + part.dropFirst(2)
        }
        return String(validating: all, as: UTF8.self) == nil ? nil : all
    }
}
