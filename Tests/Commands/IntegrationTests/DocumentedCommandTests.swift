import Foundation
import HostTesting
import Testing

/// A call of this product's executables as a text of the documentation shows it.
struct DocumentedCommand: Hashable {
    let program: String
    /// The words up to the first option or value.
    let words: [String]
    let options: [String]

    /// The calls in a text of Markdown, each with the number of its line: lines of code, and pieces of code in a sentence.
    static func all(in markdown: String) -> [(line: Int, command: DocumentedCommand)] {
        var found: [(Int, DocumentedCommand)] = []
        var isCode = false
        var carried = ""
        for (index, line) in markdown.components(separatedBy: "\n").enumerated() {
            if line.hasPrefix("```") {
                isCode.toggle()
            } else if isCode {
                carried += line
                if carried.hasSuffix("\\") {
                    carried.removeLast()
                    continue
                }
                for part in carried.split(separator: /[|;&]+/) {
                    if let command = DocumentedCommand(String(part)) { found.append((index + 1, command)) }
                }
                carried = ""
            } else {
                found += inSentence(line).map { (index + 1, $0) }
            }
        }
        return found
    }

    /// The calls in one line of text. Options that stand apart belong to the last call before them.
    private static func inSentence(_ line: String) -> [DocumentedCommand] {
        var commands: [DocumentedCommand] = []
        for (index, piece) in line.components(separatedBy: "`").enumerated() where index % 2 == 1 {
            if let command = DocumentedCommand(piece) {
                commands.append(command)
            } else if piece.hasPrefix("--"), let last = commands.last {
                commands[commands.count - 1] = DocumentedCommand(last, and: options(of: piece.split(separator: " ")))
            }
        }
        return commands
    }

    private init(_ other: DocumentedCommand, and options: [String]) {
        (program, words, self.options) = (other.program, other.words, other.options + options)
    }

    init?(_ code: String) {
        var parts = code.prefix { $0 != "#" }.split(separator: " ")[...]
        if parts.first == "$" { parts = parts.dropFirst() }
        guard let first = parts.first, let name = first.split(separator: "/").last, ["apus", "apus-agent"].contains(name) else {
            return nil
        }
        program = String(name)
        words = parts.dropFirst().prefix { $0.wholeMatch(of: /[a-z][a-z-]*/) != nil }.map(String.init)
        options = Self.options(of: parts.dropFirst())
    }

    private static func options(of parts: some Sequence<Substring>) -> [String] {
        parts.compactMap { $0.firstMatch(of: /^\[?(--[a-z][a-z-]*)/).map { String($0.1) } }
    }
}

/// The texts that people read: the README, the documentation and the runbooks.
enum Documentation {
    /// Their paths in the repository.
    static let files: [String] = {
        let docs = FileManager.default.enumerator(atPath: Executables.repository + "docs")?.compactMap { $0 as? String } ?? []
        return ["README.md"] + docs.filter { $0.hasSuffix(".md") }.map { "docs/\($0)" }.sorted()
    }()
}

/// Runbooks and documentation are followed by people in a hurry: every command that they show is one that exists.
@Suite(.timeLimit(.minutes(3))) struct `Documented commands` {
    /// What an executable's `--help` tells, once for each of its commands.
    private actor Help {
        private var texts: [[String]: String] = [:]

        func text(_ command: [String]) async throws -> String {
            if let text = texts[command] { return text }
            let program = BuiltProgram.path(command[0])
            let help = try await Command.runApart(program, Array(command.dropFirst()) + ["--help"])
            texts[command] = help.passed ? help.output : ""
            return help.passed ? help.output : ""
        }

        /// What is wrong with a call; nil when it is as the executable says.
        func fault(_ command: DocumentedCommand) async throws -> String? {
            var path = [command.program]
            var help = try await text(path)
            for word in command.words {
                guard help.contains("SUBCOMMANDS:") else { break }
                guard help.contains(try Regex("(?m)^  \(word)( |$)")) else {
                    return "\(path.joined(separator: " ")) has no \(word)"
                }
                path.append(word)
                help = try await text(path)
            }
            let known = Set(help.matches(of: /--[a-z][a-z-]*/).map { String($0.output) })
            let strange = command.options.filter { !known.contains($0) }
            return strange.isEmpty ? nil : "\(path.joined(separator: " ")) has no \(strange.joined(separator: ", "))"
        }
    }

    @Test func `exist, and have the options that are shown`() async throws {
        let help = Help()
        var count = 0
        #expect(Documentation.files.count > 20)
        for file in Documentation.files {
            let text = try String(contentsOfFile: Executables.repository + file, encoding: .utf8)
            for (line, command) in DocumentedCommand.all(in: text) {
                let fault = try await help.fault(command)
                #expect(fault == nil, "\(file):\(line)")
                count += 1
            }
        }
        #expect(count > 50)
    }

    @Test func `explain the line of a rule as the text shows it`() async throws {
        let readme = try String(contentsOfFile: Executables.repository + "README.md", encoding: .utf8)
        let shown = try #require(readme.firstMatch(of: /`bin\/apus explain ([^`]+)`\):\n\n```\n([^`]+)```/))
        let found = try await Command.runApart(
            BuiltProgram.path("apus"), ["explain", String(shown.1)], folder: Executables.repository)
        #expect(found.output == shown.2)
    }

    @Test(arguments: [
        ("See who holds what: `apus locks`.", "apus has no locks"),
        ("1. `perf top -p PID`, or `apus up --data DIR --datum X`.", "apus up has no --datum"),
        ("| `apus load` | a load test: `--rate`, `--speed 3` |", "apus load has no --speed"),
        ("```sh\nbin/apus generate \\\n    --check --chek   # says so\n```", "apus generate has no --chek"),
        ("```sh\ncat queries | apus promql fmt --grafanna\n```", "apus promql fmt has no --grafanna"),
        ("`/usr/bin/apus-agent --listen 127.0.0.1:0 --sockets X`", "apus-agent has no --sockets"),
    ])
    func `are found where they do not exist`(text: String, fault: String) async throws {
        let commands = DocumentedCommand.all(in: text)
        #expect(commands.count == 1)
        let command = try #require(commands.first).command
        #expect(try await Help().fault(command) == fault)
    }
}
