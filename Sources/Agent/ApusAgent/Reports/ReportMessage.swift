import AgentMetrics
import ApusSegment
import CLinux
import Glibc

/// What receiving from a report connection has given. The descriptors are the receiver's to close.
package enum ReportMessage {
    case message([UInt8], descriptors: [Int32])
    /// Nothing is there yet.
    case nothing
    /// The peer has closed the connection, or it broke.
    case end
    /// A message that cannot be used.
    case refused(Refusal, descriptors: [Int32])

    /// Receives one message, without waiting.
    package static func receive(from socket: Int32) -> ReportMessage {
        var buffer = [UInt8](repeating: 0, count: Hello.longest)
        var descriptors = [Int32](repeating: -1, count: Int(APUS_MOST_DESCRIPTORS))
        var count = 0
        let length = apus_receive_with_descriptors(socket, &buffer, buffer.count, &descriptors, &count)
        let code = errno
        let received = Array(descriptors.prefix(count))
        if length > 0 { return .message(Array(buffer[..<length]), descriptors: received) }
        if length == 0 {
            // A connection's end brings nothing; an empty message may.
            return received.isEmpty ? .end : .refused(Refusal(.hello, "the message is empty"), descriptors: received)
        }
        switch code {
        case EAGAIN, EINTR: return .nothing
        case EMSGSIZE:
            return .refused(Refusal(.hello, "the message is longer than \(Hello.longest) bytes"), descriptors: received)
        case EMFILE:
            return .refused(
                Refusal(.descriptors, "the agent has no descriptor left for the segment: raise its limit of open files"),
                descriptors: received)
        default:
            let reason = String(cString: strerror(code))
            return received.isEmpty ? .end : .refused(Refusal(.hello, reason), descriptors: received)
        }
    }
}
