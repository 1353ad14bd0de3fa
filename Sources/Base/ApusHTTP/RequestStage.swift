/// What ``RequestStages`` and ``RequestTurns`` tell the handlers before them, as a user event that travels outbound.
package enum RequestStage: Sendable {
    /// The head is whole and its body follows: of a length, or, where that is `nil`, up to an empty line, as chunks have it.
    case body(length: Int?)
    /// The request is whole and with the server.
    case whole
    /// The answer goes on for as long as the client follows it: whoever writes it sees to it that it is taken.
    case following
    /// The answer is with the kernel to its last byte, and the request that it answers is whole.
    case answered
    /// Bytes of the next request are here already.
    case begun
    /// What came is no request, and nothing that follows is read.
    case broken
}
