/// The limits of the product as a page of Markdown, a table a catalog.
package enum LimitTable {
    /// Writes the tables.
    ///
    /// - Parameter catalogs: in the order of the page.
    package static func markdown(_ catalogs: [any LimitCatalog.Type]) -> String {
        catalogs.map(section).joined(separator: "\n")
    }

    private static func section(_ catalog: any LimitCatalog.Type) -> String {
        let head =
            "| What is bounded | Default | Who pays | Setting | Counted by | What to do |\n| --- | --- | --- | --- | --- | --- |\n"
        return "## \(catalog.title)\n\n" + head + catalog.all.map(row).joined()
    }

    private static func row(_ limit: any AnyLimit) -> String {
        let cells = [
            limit.subject, limit.text, limit.owner, limit.option.map(code) ?? "none", limit.metric.map(code) ?? "nothing",
            limit.remedy,
        ]
        return "| \(cells.map(escaped).joined(separator: " | ")) |\n"
    }

    private static func code(_ text: String) -> String { "`\(text)`" }

    private static func escaped(_ text: String) -> String {
        text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}
