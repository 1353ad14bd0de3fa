import ApusHTTPClient
import AsyncHTTPClient
import NIOSSL

extension HTTPClient {
    /// A client for whoever asks a server without TLS that needs nothing special.
    static let once = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .once.guarded(to: nil))
}

extension HTTPClient.Configuration {
    /// Settings of a client that tries to connect once and follows no redirect: who asks whether a server is there hears at once that it is
    /// not, and ``RedirectTrail`` sees where it leads.
    ///
    /// The shared client goes on trying for the whole time that a request may take.
    static var once: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.redirectConfiguration = .disallow
        configuration.tlsConfiguration = .sinceTLS12
        return configuration
    }

    /// These settings for a client that asks one host alone by TLS.
    func guarded(to host: String?) -> HTTPClient.Configuration {
        var configuration = self
        configuration.guardConnections(to: host)
        return configuration
    }
}
