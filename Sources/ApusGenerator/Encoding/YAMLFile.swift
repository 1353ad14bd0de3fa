import Yams

/// YAML files of the generator: keys in the order of the model, long lines left whole, a line on top that says whose they are.
enum YAMLFile {
    static func contents(_ model: some Encodable) throws -> String {
        let encoder = YAMLEncoder()
        encoder.options.indent = 2
        encoder.options.width = -1
        encoder.options.allowUnicode = true
        return "# Written by `apus generate`: change the topology instead.\n" + (try encoder.encode(model))
    }
}
