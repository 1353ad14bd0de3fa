/// A receiver that cannot do its work.
package enum ReceiverError: Error, Hashable, CustomStringConvertible {
    case cannotListen(host: String, port: Int, reason: String)

    package var description: String {
        switch self {
        case .cannotListen(let host, let port, let reason):
            "the webhook receiver cannot listen on \(host):\(port): \(reason); choose another address, or port 0 for a free one"
        }
    }
}
