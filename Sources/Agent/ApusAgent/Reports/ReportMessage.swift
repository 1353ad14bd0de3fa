import AgentMetrics
import ApusSegment
import CLinux
import Glibc

/// What receiving from a report connection has given. The descriptor is the receiver's to close.
package enum ReportMessage {
    case message([UInt8], descriptor: Int32?)
    /// Nothing is there yet.
    case nothing
    /// The peer has closed the connection, or it broke.
    case end
    /// A message that cannot be used.
    case refused(Refusal, descriptor: Int32?)
    /// A message that cannot be taken off the connection, which is to be closed with it.
    case intolerable(Refusal, descriptor: Int32?)

    /// Receives one message, without waiting.
    package static func receive(from socket: Int32) -> ReportMessage {
        var buffer = [UInt8](repeating: 0, count: Hello.longest)
        var found: Int32 = -1
        let length = apus_peek_with_descriptor(socket, &buffer, buffer.count, &found)
        let code = errno
        let descriptor = found >= 0 ? found : nil
        if length > 0 {
            _ = apus_drop_message(socket)
            return .message(Array(buffer[..<length]), descriptor: descriptor)
        }
        if length == 0 {
            guard descriptor != nil else { return .end }
            return .intolerable(Refusal(.hello, "the message has no bytes"), descriptor: descriptor)
        }
        switch code {
        case EAGAIN, EINTR: return .nothing
        case EMSGSIZE:
            _ = apus_drop_message(socket)
            return .refused(Refusal(.hello, "the message is longer than \(Hello.longest) bytes"), descriptor: descriptor)
        case E2BIG:
            return .intolerable(
                Refusal(.hello, "the message brings more than one descriptor: send the segment alone"), descriptor: descriptor)
        case EMFILE:
            return .intolerable(
                Refusal(.descriptors, "the agent has no descriptor left for the segment: raise its limit of open files"),
                descriptor: descriptor)
        default: return .end
        }
    }
}
