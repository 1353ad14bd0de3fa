import ApusPromQL

extension Double {
    /// Whether it is a finite number of at most fifteen digits, which every double keeps: more are what arithmetic left over.
    var isWrittenByPeople: Bool {
        guard isFinite else { return false }
        if self == rounded(), abs(self) < 1e15 { return true }
        let digits = PromQLNumber.string(self).filter(\.isNumber)
        let significant = digits.drop { $0 == "0" }.reversed().drop { $0 == "0" }
        return significant.count <= 15
    }

    /// What is left of 1, without the noise of binary fractions: `0.99` for `0.01`.
    package var complement: Double { ((1 - self) * 1e12).rounded() / 1e12 }
}
