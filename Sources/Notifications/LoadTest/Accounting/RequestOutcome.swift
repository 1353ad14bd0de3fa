/// How a request to an API ended.
package enum RequestOutcome: Sendable, Hashable {
    /// The API took the notification and gave it an id.
    case accepted(id: String)
    /// The API refused it, or never answered; the reason is a status code or the name of an error, so that reasons can be counted.
    case failed(reason: String)
}
