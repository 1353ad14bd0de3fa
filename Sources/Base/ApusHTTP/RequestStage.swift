/// What ``RequestTurns`` tells the handlers before it, as a user event that travels outbound.
package enum RequestStage: Sendable {
    /// The request is whole and with the server.
    case whole
    /// The answer is with the kernel to its last byte, and the request that it answers is whole.
    case answered
}
