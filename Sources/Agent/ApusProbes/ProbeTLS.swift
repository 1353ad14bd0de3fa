/// How a probe speaks TLS: whom it trusts, and as whom it shows itself.
///
/// The files are read anew at each attempt, so that a renewed certificate is taken in without a reload.
package struct ProbeTLS: Sendable, Hashable {
    /// Certificates of authorities in PEM; `nil` for those that the system trusts.
    package var authorityFile: String?
    /// The probe's own chain in PEM; `nil` where the server asks for none.
    package var certificateFile: String?
    /// The key of ``certificateFile``.
    package var keyFile: String?
    /// The name that the server's certificate must have; `nil` for the host that is asked.
    package var serverName: String?
    /// Whether the server's certificate may be anybody's.
    package var skipsVerification = false

    package init() {}
}
