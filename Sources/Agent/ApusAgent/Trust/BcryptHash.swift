import ApusLimits
import CBcrypt

/// A password's hash by bcrypt, as `htpasswd -nB` writes it: `$2y$`, the cost, and 53 characters of salt and result.
package struct BcryptHash: Hashable, Sendable {
    private let text: String
    /// The computation doubles with each step.
    package let cost: Int

    /// - Throws: ``BcryptHashFault``, which holds nothing of the text.
    package init(_ text: String) throws(BcryptHashFault) {
        let bytes = Array(text.utf8)
        guard ["$2a$", "$2b$", "$2y$"].contains(String(decoding: bytes.prefix(4), as: UTF8.self)) else { throw .kind }
        guard bytes.count == Int(APUS_BCRYPT_LENGTH) else { throw .length(bytes.count) }
        let digits = bytes[4..<6]
        guard bytes[6] == UInt8(ascii: "$"), digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let cost = Int(String(decoding: digits, as: UTF8.self)), cost >= 4
        else { throw .cost }
        guard cost <= TrustLimits.cost.value else { throw .costly(cost) }
        guard bytes[7...].allSatisfy(Self.isDigit) else { throw .digit }
        self.text = text
        self.cost = cost
    }

    /// A hash of no password, which costs as much as another one.
    init(ofNobodyAt cost: Int) {
        text = "$2b$\(cost < 10 ? "0" : "")\(cost)$" + String(repeating: ".", count: 53)
        self.cost = cost
    }

    /// The digits of bcrypt's own base 64.
    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "/"):
            true
        default: false
        }
    }

    /// Whether it is the hash of a password, which takes the whole computation; of one with a zero byte, where C's texts end, it is not.
    func isOf(_ password: [UInt8]) -> Bool {
        var made = [CChar](repeating: 0, count: Int(APUS_BCRYPT_LENGTH) + 1)
        let isMade = apus_bcrypt(password.map { CChar(bitPattern: $0) } + [0], text, &made) == 0
        // Behind the salt, whose last digit says the same in four ways. Every byte is looked at, wherever the first difference is.
        let difference = zip(made, text.utf8).dropFirst(29).reduce(UInt8(0)) { $0 | (UInt8(bitPattern: $1.0) ^ $1.1) }
        return isMade && difference == 0 && !password.contains(0)
    }
}

/// Why a text is no hash by bcrypt that is taken.
package enum BcryptHashFault: Error, Equatable, CustomStringConvertible {
    case kind
    case length(Int)
    case cost
    /// A check would hold up all others for too long.
    case costly(Int)
    case digit

    package var description: String {
        switch self {
        case .kind:
            "is no hash by bcrypt, which begins with $2y$, $2b$ or $2a$: write what htpasswd -nBC 10 USER prints behind the colon"
        case .length(let count):
            "has \(count) characters, and a hash by bcrypt has \(APUS_BCRYPT_LENGTH): write all of what htpasswd -nBC 10 USER prints behind the colon"
        case .cost:
            "has no cost from 04 on between its second and its third $: write what htpasswd -nBC 10 USER prints behind the colon"
        case .costly(let cost):
            "has the cost \(cost), at which a check takes too long, and \(TrustLimits.cost.value) is the most: make it with htpasswd -nBC 10 USER"
        case .digit: "has a character that no hash by bcrypt has: write what htpasswd -nBC 10 USER prints behind the colon"
        }
    }
}
