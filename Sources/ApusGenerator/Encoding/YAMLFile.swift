import Yams

/// YAML files of the generator: keys in the order of the model, long lines left whole, a line on top that says whose they are.
enum YAMLFile {
    static let notice = "# Written by `apus generate`: change the topology instead.\n"

    /// A file of one document.
    static func file(_ path: String, _ model: some Encodable) throws -> GeneratedFile {
        let notes = OriginNotes()
        let contents = try encode(model, notes)
        return GeneratedFile(path: path, contents: contents, origins: notes.origins)
    }

    static func contents(_ model: some Encodable) throws -> String { try encode(model, OriginNotes()) }

    private static func encode(_ model: some Encodable, _ notes: OriginNotes) throws -> String {
        let encoder = YAMLEncoder()
        encoder.options.indent = 2
        encoder.options.width = -1
        encoder.options.allowUnicode = true
        return notice + (try encoder.encode(model, userInfo: notes.userInfo))
    }
}
