import CSystemd

/// An answer of the bus; read once, on the thread of its bus.
final class UnitBusMessage {
    // Valid until `deinit`: sd-bus counts references, and this one was handed over to be given back.
    private let message: OpaquePointer

    init(_ message: OpaquePointer) { self.message = message }

    deinit { sd_bus_message_unref(message) }

    /// The answer to ``UnitCall/properties(_:)``; `nil` when it is not one.
    func unit(named name: String) -> UnitState? {
        var unit = apus_unit()
        return apus_bus_read_unit(message, &unit) == 0 ? UnitState(unit, name: name) : nil
    }

    /// The answer to ``UnitCall/fileState(_:)``; `nil` when it is not one.
    func word() -> String? {
        // The room that the call writes to.
        var word = [CChar](repeating: 0, count: Int(apus_unit_word_size))
        guard apus_bus_read_word(message, &word) == 0 else { return nil }
        return String(decoding: word.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The answer to ``UnitCall/list(_:)``, by name.
    func listed() -> [String]? {
        var names: [String] = []
        // The room that the call writes to.
        var name = [CChar](repeating: 0, count: Int(apus_unit_name_size))
        while true {
            switch apus_bus_read_listed(message, &name) {
            case 1: names.append(String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
            case 0: return names
            default: return nil
            }
        }
    }

    /// A C array of characters, up to its zero.
    static func text<Characters>(_ characters: Characters) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
