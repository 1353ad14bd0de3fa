package import ApusFiles
import Foundation
import HostTesting

/// Generated YAML before the schemas that its readers publish.
package enum SchemaCheck {
    package enum Schema: String {
        case compose, kubernetes
    }

    /// What is wrong with the files, a line each; nothing when they are as the schema has it.
    package static func faults(in files: [GeneratedFile], of schema: Schema) throws -> [String] {
        let folder = try TemporaryFolder()
        for file in files { try folder.write(file.contents, to: name(file)) }
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Schemas/validate.py").path
        let result = try Command.run(
            "/usr/bin/python3", [script, schema.rawValue] + files.map { folder.path(name($0)) })
        if result.status == 0 { return [] }
        let faults = (result.output + result.errors).split(separator: "\n").map(String.init)
        return faults.isEmpty ? ["exit code \(result.status)"] : faults
    }

    private static func name(_ file: GeneratedFile) -> String { file.path.split(separator: "/").joined(separator: "-") }
}
