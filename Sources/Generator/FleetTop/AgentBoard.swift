import ApusTerminal
import Synchronization

/// What is known of all agents, written by the tasks that ask them and read by the thread that draws.
final class AgentBoard: Sendable {
    private let agents: Mutex<(states: [AgentState], changes: Int)>
    private let opened = Mutex<(key: TopEntry.Key, TopView.Opened)?>(nil)
    private let courses = Mutex(false)
    /// Raised with each change.
    let wake = TerminalWake()

    init(_ urls: [String]) { agents = Mutex((urls.map { AgentState(url: $0) }, 0)) }

    /// What is known of each, and how often that has changed.
    var all: (states: [AgentState], changes: Int) { agents.withLock { $0 } }

    /// What an agent said last of the instance that is open.
    var openInstance: (key: TopEntry.Key, TopView.Opened)? { opened.withLock { $0 } }

    /// Whether courses are shown, and so to be asked for.
    var wantsCourses: Bool {
        get { courses.withLock { $0 } }
        set { courses.withLock { $0 = newValue } }
    }

    func change(_ agent: Int, _ body: (inout AgentState) -> Void) {
        agents.withLock {
            body(&$0.states[agent])
            $0.changes += 1
        }
        wake.raise()
    }

    func change(_ key: TopEntry.Key, _ found: TopView.Opened) {
        opened.withLock { $0 = (key, found) }
        wake.raise()
    }
}
