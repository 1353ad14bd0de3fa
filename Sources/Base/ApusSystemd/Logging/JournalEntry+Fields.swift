extension JournalEntry {
    /// A field's name and value, as slices of ``bytes``.
    package struct Field {
        package let name: ArraySlice<UInt8>
        package let value: ArraySlice<UInt8>

        package var nameText: String { String(decoding: name, as: UTF8.self) }
        package var valueText: String { String(decoding: value, as: UTF8.self) }
    }

    /// The fields in their order: what a journal's reader would find.
    package var fields: [Field] {
        var fields: [Field] = []
        var rest = bytes[...]
        while let separator = rest.firstIndex(where: { $0 == UInt8(ascii: "=") || $0 == Self.newline }) {
            let name = rest[..<separator]
            let value: ArraySlice<UInt8>
            let after = rest[(separator + 1)...]
            if rest[separator] == Self.newline {
                guard after.count >= 8 else { break }
                let length = after.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                guard length < UInt64(after.count - 8) else { break }
                value = after.dropFirst(8).prefix(Int(length))
            } else {
                guard let end = after.firstIndex(of: Self.newline) else { break }
                value = after[..<end]
            }
            fields.append(Field(name: name, value: value))
            // Past the newline that ends the field.
            rest = rest[(value.endIndex + 1)...]
        }
        return fields
    }
}
