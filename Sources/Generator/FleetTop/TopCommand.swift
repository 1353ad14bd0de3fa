import ApusLimits
import ApusTerminal
import ApusText
public import ArgumentParser
import CommandConventions
import Foundation
import Glibc
import LiveChecks

/// `apus top`: the fleet of one or more agents as a table in a terminal.
///
/// A fleet's own tool has it by `static let commands: Commands = [TopCommand.self]`.
public struct TopCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Shows the fleet as agents see it, live in a terminal, or once.",
        discussion: """
            Each row is an instance, a group of processes or a probe: its state, CPU in percent of one core, memory, heap, \
            database connections, queue, restarts, and its last error. Columns go by the width of the terminal. h shows the keys.

            Agents are asked beside one another, so that one which does not answer holds up none; its rows stay, dim, with their \
            age. --once prints the table and ends: with 0 when all agents answered, with 1 when one did not.

            A filter has words that are all looked for in service, instance and unit. service:, instance:, state:, agent:, kind:, \
            unit: and error: look in one place, and - before a word leaves out what it finds: 'checkout state:down -agent:db2'.

            An agent with users or TLS is asked by the options below. What is secret is sent and never printed.
            """)

    @Option(
        help: ArgumentHelp(
            "An agent: http://HOST:PORT, https://HOST:PORT or unix:///PATH; repeatable. USER:PASSWORD@ before the host is used, "
                + "and never printed; ps shows asterisks in its place. --http-config has a file. [default: \(usual)]",
            valueName: "url"))
    var agent: [String] = []

    @Flag(help: "Print the table once.")
    var once = false

    @Flag(help: "With --once: one JSON document with agents and rows.")
    var json = false

    @Option(help: "What comes first: state, cpu, memory, heap, connections, queue, restarts or name.")
    var sort = TopOrder.Key.state

    @Flag(help: "The other way round.")
    var reverse = false

    @Option(help: ArgumentHelp("Which rows: words, and KEY:WORD.", valueName: "words"))
    var filter = ""

    @Option(help: ArgumentHelp("With --once: the number of rows at most.", valueName: "count"))
    var limit: Int?

    @Option(
        help: ArgumentHelp(
            "With --once: the width of the table in cells. [default: that of the terminal or COLUMNS, else as wide as it is]",
            valueName: "cells"))
    var width: Int?

    @Option(help: "Time between two questions to an agent, at least 1s. [default: a fifth of the agent's own interval]")
    var interval: Duration?

    @Option(help: "When colours are used; NO_COLOR in the environment turns auto off.")
    var color = ColourChoice.auto

    @OptionGroup(title: "Agents that do not answer everybody") var access: AccessArguments

    static let usual = "http://127.0.0.1:9480"

    public init() {}

    public func validate() throws {
        guard !json || once else { throw ValidationError("--json: give --once too, since a table that goes on is for people") }
        guard limit == nil || once else {
            throw ValidationError("--limit: give --once too; the filter chooses rows of a table that goes on")
        }
        guard width == nil || once else { throw ValidationError("--width: give --once too; else the terminal has its own") }
        if let limit, limit < 0 { throw ValidationError("--limit \(limit): a number of rows is 0 or more") }
        if let width, !(1...10_000).contains(width) { throw ValidationError("--width \(width): use 1 to 10000") }
        if let interval, interval < TopLimits.pause.value || interval > .seconds(3600) {
            throw ValidationError("--interval \(DurationText.string(interval)): use 1s to 1h")
        }
        guard agent.count <= TopLimits.agents.value else {
            throw ValidationError("--agent: \(agent.count) agents are more than \(TopLimits.agents.value)")
        }
        guard filter.unicodeScalars.count <= TopFilter.longest else {
            throw ValidationError("--filter: write at most \(TopFilter.longest) letters")
        }
        do throws(TopFilterFault) { _ = try TopFilter(filter) } catch { throw ValidationError("--filter: \(error)") }
    }

    public func run() async throws {
        access.hideUsers()
        let clients = try agents()
        let code: Int32
        do {
            code = once ? try await printOnce(clients) : try await follow(clients)
        } catch {
            await Self.close(clients)
            throw error
        }
        await Self.close(clients)
        if code != 0 { throw ExitCode(code) }
    }

    private func agents() throws -> [AgentClient] {
        do throws(AccessFault) {
            var clients: [AgentClient] = []
            var places: [ServerAccess] = []
            for url in agent.isEmpty ? [Self.usual] : agent { places.append(try access.access(to: url)) }
            // A client that is made has to be closed: none is for an agent that is named twice.
            for place in places where !clients.contains(where: { $0.client.url == place.url }) {
                clients.append(AgentClient(client: try ServerClient(place)))
            }
            return clients
        } catch { throw CommandFailure(error.description) }
    }

    private static func close(_ clients: [AgentClient]) async {
        await withTaskGroup(of: Void.self) { group in
            for agent in clients { group.addTask { await agent.client.close() } }
        }
    }

    // MARK: - On a terminal

    private func follow(_ clients: [AgentClient]) async throws -> Int32 {
        let environment = ProcessInfo.processInfo.environment
        guard !["", "dumb"].contains(environment["TERM"] ?? "") || !Terminal.isThere else {
            throw CommandFailure(
                "top draws on a terminal that can move its cursor, and TERM says none: set TERM, or give --once for one table")
        }
        let view = TopView(
            order: TopOrder(sort, reversed: reverse), filter: try TopFilter(filter), in: TextCells.Signs(environment))
        let colours = color.isOn(environment, isTerminal: true)
        return try await TopSession(clients, view: view, pause: interval, colours: colours).run()
    }

    // MARK: - Once

    private func printOnce(_ clients: [AgentClient]) async throws -> Int32 {
        let states = await Self.ask(clients)
        let (environment, isTerminal) = (ProcessInfo.processInfo.environment, isatty(STDOUT_FILENO) == 1)
        let signs = TextCells.Signs(environment)
        let table = TopTable(
            TopEntry.all(of: states, at: .now), filter: try TopFilter(filter), order: TopOrder(sort, reversed: reverse),
            limit: limit, in: signs)
        let silent = states.filter { $0.failure != nil }
        if json {
            Self.write(try TopReport(states, table).document() + "\n", to: STDOUT_FILENO)
        } else {
            let layout = table.layout(width: width(environment), agents: states.count > 1)
            let colours = color.isOn(environment, isTerminal: isTerminal)
            let lines = [table.headings(layout)] + table.entries.map { table.line(of: $0, layout) }
            let text = lines.map { line in
                colours ? line.sequence(colours: true) : line.text.replacing(#/\ +$/#, with: "")
            }
            Self.write(text.map { $0 + "\n" }.joined(), to: STDOUT_FILENO)
            for agent in silent {
                Self.write("Error: \(agent.url): \((agent.failure ?? "").showingUnseen())\n", to: STDERR_FILENO)
            }
            for agent in states where agent.rowsLeftOut > 0 {
                Self.write("Error: \(agent.url): \(agent.rowsLeftOut) rows more are left out\n", to: STDERR_FILENO)
            }
        }
        return silent.isEmpty ? 0 : 1
    }

    private static func ask(_ clients: [AgentClient]) async -> [AgentState] {
        await withTaskGroup(of: (Int, AgentState).self) { group in
            for (number, agent) in clients.enumerated() {
                group.addTask {
                    var state = AgentState(url: agent.client.url)
                    switch await agent.instances(unless: nil) {
                    case .document(let document, _): state.take(document, at: .now)
                    case .failed(let reason): state.failure = reason
                    case .same: break
                    }
                    return (number, state)
                }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func width(_ environment: [String: String]) -> Int? {
        width ?? Terminal.size(of: STDOUT_FILENO).map(\.columns).flatMap { $0 > 0 ? $0 : nil }
            ?? environment["COLUMNS"].flatMap { Int($0) }.flatMap { (1...10_000).contains($0) ? $0 : nil }
    }

    /// A reader that has enough, such as head(1), is no error.
    private static func write(_ text: String, to descriptor: Int32) {
        signal(SIGPIPE, SIG_IGN)
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = Glibc.write(descriptor, Array(bytes), bytes.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}

extension TopOrder.Key: ExpressibleByArgument {}
