import AgentMetrics
import ApusText

/// The page for people at `/`: one document that asks nothing of anybody but this agent.
struct WebPage: Sendable {
    /// What the empty page names as the place for reports.
    let socketPath: String

    /// The policy by which a browser runs this script and takes this style, and nothing else, whatever a name holds.
    static let policy = """
        default-src 'none'; script-src 'sha256-\(SourceHash.text(of: script))'; style-src 'sha256-\(SourceHash.text(of: style))'; \
        connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
        """

    /// What goes with the document.
    static let headers = [
        ("Vary", "Accept"), ("Cache-Control", "no-cache"), ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
    ]

    /// The document, made anew for each request: it is asked for once by each reader, and nobody's memory holds it meanwhile.
    var bytes: [UInt8] {
        let pages = Page.allCases.filter { $0 != .index }.map { page in
            "<li><a href=\"\(page.rawValue.dropFirst())\" title=\"\(Self.escaped(page.summary))\">\(page.rawValue)</a></li>"
        }
        let (script, style) = (Self.script, Self.style)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(script.utf8.count + style.utf8.count + 8192)
        for part in [
            Self.head, "<style>", style, "</style></head><body>\n", Self.body, "<nav aria-label=\"Other pages\"><ul>",
            pages.joined(), "</ul></nav></footer>\n", Self.emptiness(socketPath: Self.escaped(socketPath)), "<script>", script,
            "</script></body></html>\n",
        ] { bytes += part.utf8 }
        return bytes
    }

    private static let head = """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark"><title>apus-agent</title>
        <link rel="icon" href="data:,">

        """

    private static var style: String { bare(colours + frame + table + side) }

    private static var script: String {
        let parts = format + charts + history + model + rows + live + instance + beginning
        return bare("\"use strict\";\n(() => {\nconst limits = \(AlertedLimit.json);\n" + parts + "})();\n")
    }

    /// What a browser needs of a source: its lines without indentation, and no comments, which have lines of their own.
    private static func bare(_ source: String) -> String {
        let lines = source.utf8.split(separator: UInt8(ascii: "\n")).map { $0.drop { $0 == UInt8(ascii: " ") } }
        let needed = lines.filter { !$0.starts(with: "//".utf8) && !$0.starts(with: "/*".utf8) }
        return String(decoding: Array(needed.joined(separator: CollectionOfOne(UInt8(ascii: "\n")))), as: UTF8.self)
    }

    private static func escaped(_ text: String) -> String {
        text.showingUnseen(keepingLines: false).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(
            "\"", with: "&quot;")
    }
}
