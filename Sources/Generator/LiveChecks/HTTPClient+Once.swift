package import AsyncHTTPClient

extension HTTPClient {
    /// A client that tries to connect once: who asks whether a server is there hears at once that it is not.
    ///
    /// The shared client goes on trying for the whole time that a request may take.
    package static let once: HTTPClient = {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()
}
