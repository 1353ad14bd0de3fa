import ApusFiles
import ApusGenerator
import ApusTopology
public import ArgumentParser
import CommandConventions
import Foundation

/// `apus explain`: which line of the topology a line of a generated file follows from.
public struct ExplainCommand<Source: FleetSource>: AsyncParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "explain",
            abstract: "Tells which line of the topology a line of a generated file follows from.",
            discussion: """
                Prints the line and the place in the Swift source of the declaration that it follows from, with the source line when \
                the source is found below the current folder. A line that no single declaration decides follows from the fleet.
                """)
    }

    @Argument(help: ArgumentHelp("A generated file and a line in it, from 1.", valueName: "file:line"))
    var position: String

    @OptionGroup var environment: EnvironmentArguments

    @OptionGroup var source: Source

    public init() {}

    public func run() async throws {
        let (path, line) = try parsedPosition()
        let fleet = try source.fleet(in: environment)
        let files = try fleet.generatedFiles(dashboards: source.dashboards) + source.files
        guard
            let file = files.filter({ path == $0.path || path.hasSuffix("/" + $0.path) }).max(by: {
                $0.path.count < $1.path.count
            })
        else {
            let name = (path as NSString).lastPathComponent
            let like = files.filter { ($0.path as NSString).lastPathComponent == name }.map(\.path)
            throw CommandFailure(
                "\(path) is no generated file" + (like.isEmpty ? "" : ": did you mean \(like.joined(separator: " or "))?"))
        }
        let lines = file.contents.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        guard lines.indices.contains(line - 1) else {
            throw CommandFailure("\(file.path) has \(lines.count) lines, and no line \(line)")
        }
        if let there = try? String(contentsOfFile: path, encoding: .utf8), there != file.contents {
            FileHandle.standardError.write(Data("\(path) differs from what would be generated, which is explained here\n".utf8))
        }
        let origin = file.origin(ofLine: line)
        let place = origin?.place ?? fleet.place
        print("\(file.path):\(line): \(lines[line - 1])")
        print("\(place): \(sourceLine(at: place) ?? "(the source is not below this folder)")")
        if let remark = origin?.remark { print("That is \(remark).") }
    }

    private func parsedPosition() throws -> (path: String, line: Int) {
        guard let colon = position.lastIndex(of: ":"), let line = Int(position[position.index(after: colon)...]), line > 0,
            colon > position.startIndex
        else { throw ValidationError("“\(position)” is no file and line: write rules/fleet-alerts.yml:12") }
        return (String(position[..<colon]), line)
    }

    /// The line of the source, where the sources of a module lie in a folder of its name, in `Sources` or deeper.
    private func sourceLine(at place: SourcePlace) -> String? {
        let parts = place.fileID.split(separator: "/").map(String.init)
        guard let module = parts.first, let name = parts.last else { return nil }
        let paths = (FileManager.default.enumerator(atPath: "Sources")?.compactMap { $0 as? String } ?? []).sorted()
        let path = paths.first { path in
            let folders = path.split(separator: "/").map(String.init)
            return folders.last == name && folders.dropLast().contains(module)
        }
        guard let path, let text = try? String(contentsOfFile: "Sources/\(path)", encoding: .utf8) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.indices.contains(place.line - 1) ? lines[place.line - 1].trimmingCharacters(in: .whitespaces) : nil
    }
}
