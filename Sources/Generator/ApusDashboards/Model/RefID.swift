/// The names of a panel's queries.
enum RefID {
    /// A, B, … Z, A1, B1, …
    static func name(_ index: Int) -> String {
        let (round, letter) = index.quotientAndRemainder(dividingBy: 26)
        let name = String(UnicodeScalar(UInt8(ascii: "A") + UInt8(letter)))
        return round == 0 ? name : "\(name)\(round)"
    }
}
