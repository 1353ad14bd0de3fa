import NIOHTTP1

/// What a server was given to tell who asks, by which a refusal is put into words: a password that is wrong is mended otherwise than one
/// that is missing.
public enum GivenCredentials: Hashable, Sendable {
    case none
    /// A user and a password (RFC 7617).
    case password
    /// Anything else in the header `Authorization`, such as a token.
    case other

    init(_ headers: HTTPHeaders) {
        guard let value = headers.first(name: "Authorization") else {
            self = .none
            return
        }
        self = value.lowercased().hasPrefix("basic ") ? .password : .other
    }

    /// Why a server does not answer with 401 or 403, behind its name, and what to do.
    ///
    /// - Parameter words: what the server says itself, behind a colon, or empty.
    package func refusal(status: Int, words: String) -> String {
        let (cause, remedy) =
            switch (status, self) {
            case (401, .none): ("asks who asks, and nothing was given", AccessArguments.remedy)
            case (401, .password):
                (
                    "does not take the user or the password that was given",
                    "look for a wrong one, and in a URL for / ? # @ : and % that are not written as %2F %3F %23 %40 %3A and %25"
                )
            case (401, .other):
                ("does not take the Authorization that was given", "look for a token that is wrong or has ended")
            case (_, .none): ("refuses who does not say who asks", AccessArguments.remedy)
            default: ("refuses whoever asks so", "ask as one who may: \(AccessArguments.remedy)")
            }
        return "\(cause) (status \(status))\(words): \(remedy)"
    }
}
