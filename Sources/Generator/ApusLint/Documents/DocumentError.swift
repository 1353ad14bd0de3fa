/// Why a file is no document, and where that shows.
struct DocumentError: Error {
    /// In bytes.
    let offset: Int
    let message: String
}
