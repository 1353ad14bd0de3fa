import ApusSegment
import CLinux
import Glibc
import Synchronization

/// The connection over which the segment is handed to the agent, held open as long as the process reports.
final class AgentLink: Sendable {
    /// What a turn of maintenance found, to be logged when it changes.
    enum Event: Equatable {
        case nothing
        case connected
        case lost
        case unreachable(String)
        case refused(String)
    }

    private enum State {
        case apart
        case awaitingReply(Int32)
        case accepted(Int32)
        /// The agent turned this process away; it is asked again after a number of turns.
        case refused(turnsLeft: Int)
    }

    let path: String
    private let hello: Hello
    private let segment: Int32
    private let state = Mutex((state: State.apart, lastTrouble: Event.nothing))

    init(path: String, hello: Hello, segment: Int32) {
        self.path = path
        self.hello = hello
        self.segment = segment
    }

    /// Connects when apart, notices when the agent is gone; never blocks.
    func maintain() -> Event {
        state.withLock { both in
            let event: Event
            switch both.state {
            case .apart: event = connect(&both.state)
            case .awaitingReply(let socket), .accepted(let socket): event = listen(socket, &both.state)
            case .refused(let turnsLeft):
                both.state = turnsLeft > 0 ? .refused(turnsLeft: turnsLeft - 1) : .apart
                event = .nothing
            }
            if case .connected = event { both.lastTrouble = .nothing }
            guard case .unreachable = event else {
                if case .refused = event {
                    defer { both.lastTrouble = event }
                    return event == both.lastTrouble ? .nothing : event
                }
                return event
            }
            // The same trouble again is not news.
            if both.lastTrouble == event { return .nothing }
            both.lastTrouble = event
            return event
        }
    }

    func close() {
        state.withLock { both in
            switch both.state {
            case .awaitingReply(let socket), .accepted(let socket): Glibc.close(socket)
            case .apart, .refused: break
            }
            both.state = .apart
        }
    }

    private func connect(_ state: inout State) -> Event {
        let socket = apus_seqpacket_socket(1)
        guard socket >= 0 else { return .unreachable(Self.lastError()) }
        guard apus_unix_connect(socket, path) == 0 else {
            let reason = Self.lastError()
            Glibc.close(socket)
            return .unreachable(reason)
        }
        let bytes = hello.bytes
        guard apus_send_with_descriptor(socket, bytes, bytes.count, segment) == bytes.count else {
            let reason = Self.lastError()
            Glibc.close(socket)
            return .unreachable(reason)
        }
        state = .awaitingReply(socket)
        // An agent on the same machine answers within microseconds: look once more before the next turn.
        var poll = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&poll, 1, 100) > 0 ? listen(socket, &state) : .nothing
    }

    private func listen(_ socket: Int32, _ state: inout State) -> Event {
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        if count < 0 && (errno == EAGAIN || errno == EINTR) { return .nothing }
        if count > 0, let reply = Reply(bytes: buffer[..<count]) {
            switch reply {
            case .accepted:
                state = .accepted(socket)
                return .connected
            case .refused(let reason):
                Glibc.close(socket)
                state = .refused(turnsLeft: 10)
                return .refused(reason)
            }
        }
        Glibc.close(socket)
        let wasAccepted = if case .accepted = state { true } else { false }
        state = .apart
        return wasAccepted ? .lost : .unreachable("the agent closed the connection without an answer")
    }

    private static func lastError() -> String { String(cString: strerror(errno)) }
}
