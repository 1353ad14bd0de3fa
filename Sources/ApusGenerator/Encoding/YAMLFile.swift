import Yams

/// YAML files of the generator: keys in the order of the model, long lines left whole, a line on top that says whose they are.
enum YAMLFile {
    /// - Parameter remarks: what readers of the file should know; comments below the first line.
    static func contents(_ model: some Encodable, remarks: String = "") throws -> String {
        header + comment(remarks) + (try encode(model))
    }

    /// Several documents in one file.
    static func contents(documents: [any Encodable], remarks: String = "") throws -> String {
        header + comment(remarks) + (try documents.map { "---\n" + (try encode($0)) }.joined())
    }

    private static let header = "# Written by `apus generate`: change the topology instead.\n"

    private static func comment(_ text: String) -> String {
        guard !text.isEmpty else { return "" }
        return "#\n"
            + text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "#\n" : "# \($0)\n" }.joined()
    }

    private static func encode(_ model: some Encodable) throws -> String {
        let encoder = YAMLEncoder()
        encoder.options.indent = 2
        encoder.options.width = -1
        encoder.options.allowUnicode = true
        return try encoder.encode(model)
    }
}
