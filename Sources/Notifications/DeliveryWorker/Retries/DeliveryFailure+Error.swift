import AsyncHTTPClient
import NotificationMetrics

extension DeliveryFailure {
    /// What an error without an answer says: a URL that no request can be made of is permanent, everything of the network and of TLS is
    /// transient, because receivers, routes, names and certificates come back.
    ///
    /// - Parameter timeout: the attempt's, for the message.
    package init(error: any Error, timeout: Duration) {
        switch error as? HTTPClientError {
        case .invalidURL?, .emptyHost?, .emptyScheme?, .missingSocketPath?:
            self.init(.permanent, "the webhook's URL is no URL of a host")
        case .deadlineExceeded?, .readTimeout?, .writeTimeout?:
            self.init(.transient, "no answer within \(timeout)")
        case .connectTimeout?, .getConnectionFromPoolTimeout?, .tlsHandshakeTimeout?:
            self.init(.transient, "no connection within \(timeout)")
        case .remoteConnectionClosed?:
            self.init(.transient, "the receiver closed the connection without an answer")
        case let error?:
            self.init(.transient, error.shortDescription)
        case nil:
            self.init(.transient, String("\(error)".prefix(200)))
        }
    }
}
