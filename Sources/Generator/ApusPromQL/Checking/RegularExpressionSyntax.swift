/// What RE2, in which Prometheus matches labels, refuses (https://github.com/google/re2/wiki/Syntax): the mistakes that people
/// make, not all of the grammar.
package enum RegularExpressionSyntax {
    /// What is wrong, and the remedy; `nil` when nothing is known to be.
    package static func fault(in pattern: String) -> String? {
        var reader = Reader(bytes: Array(pattern.utf8))
        return reader.fault()
    }

    private struct Reader {
        let bytes: [UInt8]
        var index = 0
        var depth = 0
        /// Whether something stands before that can be repeated.
        var hasOperand = false

        init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func fault() -> String? {
            while index < bytes.count {
                let byte = bytes[index]
                index += 1
                if let fault = fault(at: byte) { return fault }
            }
            return depth > 0 ? "a ( is not closed: close it, or write \\\\( for a parenthesis" : nil
        }

        private mutating func fault(at byte: UInt8) -> String? {
            switch byte {
            case UInt8(ascii: "\\"): return escape()
            case UInt8(ascii: "["): return characters()
            case UInt8(ascii: "("):
                depth += 1
                hasOperand = false
                return group()
            case UInt8(ascii: ")"):
                depth -= 1
                hasOperand = true
                return depth < 0 ? "a ) has no (: leave it out, or write \\\\) for a parenthesis" : nil
            case UInt8(ascii: "|"):
                hasOperand = false
                return nil
            case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"):
                return repetition(String(UnicodeScalar(byte)))
            default:
                hasOperand = true
                return nil
            }
        }

        private mutating func repetition(_ symbol: String) -> String? {
            guard hasOperand else {
                return "\(symbol) has nothing to repeat: write .\(symbol), or \\\\\(symbol) for the character"
            }
            if index < bytes.count, bytes[index] == UInt8(ascii: "?") { index += 1 }
            guard index < bytes.count, [UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?")].contains(bytes[index]) else {
                return nil
            }
            return "one repetition follows another: leave one out"
        }

        private mutating func group() -> String? {
            guard index < bytes.count, bytes[index] == UInt8(ascii: "?") else { return nil }
            let rest = bytes[(index + 1)...]
            for (mark, name) in [("=", "(?="), ("!", "(?!"), ("<=", "(?<="), ("<!", "(?<!"), (">", "(?>")]
            where rest.starts(with: mark.utf8) {
                return "RE2 has no \(name)…): use a second condition, such as !~"
            }
            index += 1
            // A name or flags, up to the end of them.
            while index < bytes.count, bytes[index] != UInt8(ascii: ":"), bytes[index] != UInt8(ascii: ")"),
                bytes[index] != UInt8(ascii: ">")
            {
                index += 1
            }
            if index < bytes.count, bytes[index] != UInt8(ascii: ")") { index += 1 }
            return nil
        }

        private mutating func escape() -> String? {
            guard index < bytes.count else { return "it ends in a backslash: write \\\\\\\\ for one" }
            let byte = bytes[index]
            index += 1
            hasOperand = true
            if byte == UInt8(ascii: "Q") { return quoted() }
            let isBackReference = (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(byte)
            let isOctal = byte < UInt8(ascii: "8") && index < bytes.count && PromQLQuoting.isDigit(bytes[index])
            if isBackReference && !isOctal { return "RE2 has no \\\(UnicodeScalar(byte)) for what a group matched before" }
            let isPlain = !PromQLQuoting.isLetter(byte) || byte == UInt8(ascii: "_")
            if isPlain || "abdfnprstvwxzABCDPSW".utf8.contains(byte) || PromQLQuoting.isDigit(byte) { return nil }
            return "RE2 has no \\\(UnicodeScalar(byte)): leave the backslash out"
        }

        /// Up to `\E`.
        private mutating func quoted() -> String? {
            while index < bytes.count, !bytes[index...].starts(with: "\\E".utf8) { index += 1 }
            index = min(bytes.count, index + 2)
            return nil
        }

        private mutating func characters() -> String? {
            hasOperand = true
            if index < bytes.count, bytes[index] == UInt8(ascii: "^") { index += 1 }
            // A ] at the very beginning is a character.
            if index < bytes.count, bytes[index] == UInt8(ascii: "]") { index += 1 }
            while index < bytes.count, bytes[index] != UInt8(ascii: "]") {
                if bytes[index...].starts(with: "[:".utf8), let end = endOfClass() {
                    index = end
                } else {
                    index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
                }
            }
            guard index < bytes.count else { return "a [ is not closed: close it, or write \\\\[ for a bracket" }
            index += 1
            return nil
        }

        /// The index behind `[:alpha:]` and its like.
        private func endOfClass() -> Int? {
            var end = index + 2
            while end < bytes.count, PromQLQuoting.isLetter(bytes[end]) || bytes[end] == UInt8(ascii: "^") { end += 1 }
            return bytes[min(end, bytes.count)...].starts(with: ":]".utf8) ? end + 2 : nil
        }
    }
}
