import Foundation
import PackagePlugin

/// Lists the types of a module that are declared with one of these protocols, so that a new one is found by being there: a metric
/// subsystem by its declaration, a source of the agent by its file.
///
/// For each protocol that the module itself declares, the build writes
/// ```swift
/// extension SourceCatalog { static let all: [any Source.Type] = [DescriptorsSource.self, …] }
/// ```
/// in the order of the types' names. A type is found when its declaration names the protocol first: `struct StatSource: Source {`.
@main
struct ListConformers: BuildToolPlugin {
    /// The protocols, each with the type that gets the list.
    private static let lists = [("MetricSubsystem", "MetricCatalog"), ("Source", "SourceCatalog")]

    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        guard let module = target as? SwiftSourceModuleTarget else { return [] }
        let output = context.pluginWorkDirectoryURL.appending(path: "Conformers.swift")
        let inputs = module.sourceFiles(withSuffix: ".swift").map(\.url).filter { $0 != output }.sorted {
            $0.path() < $1.path()
        }
        return [
            .buildCommand(
                displayName: "Listing conformers in \(module.name)", executable: URL(filePath: "/bin/sh"),
                arguments: ["-c", Self.script, output.path()] + inputs.map { $0.path() }, inputFiles: inputs,
                outputFiles: [output])
        ]
    }

    /// `$0` is the file to write, the arguments are the module's files.
    private static let script = """
        for list in \(lists.map { "\($0.0):\($0.1)" }.joined(separator: " ")); do
            protocol=${list%:*} owner=${list#*:}
            grep -qE "^(public |package )?protocol $protocol\\\\b" "$@" || continue
            echo "extension $owner {"
            echo "    static let all: [any $protocol.Type] = ["
            sed -nE "s/^(public |package )?(enum|struct) ([A-Za-z0-9_]+): $protocol( |,).*/        \\\\3.self,/p" "$@" | LC_ALL=C sort
            echo "    ]"
            echo "}"
        done > "$0"
        """
}
