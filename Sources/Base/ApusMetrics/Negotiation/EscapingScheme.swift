/// How names outside `[a-zA-Z_:][a-zA-Z0-9_:]*` are to be written for a client that knows UTF-8 names; `escaping=` of a media type.
public enum EscapingScheme: String, Sendable, CaseIterable {
    case allowUTF8 = "allow-utf-8"
    case underscores
    case values
    case dots

    /// What an exposition that has no name outside that form may call its own: bytes are equal under all but `dots`, which
    /// doubles each underscore and is answered by `underscores`.
    var served: EscapingScheme { self == .dots ? .underscores : self }
}
