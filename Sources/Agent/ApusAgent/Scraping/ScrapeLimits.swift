import ApusMetrics
import AgentMetrics
package import ApusLimits

/// What pages of metrics may take that the agent fetches.
package enum ScrapeLimits: LimitCatalog {
    package static let title = "Pages that are scraped"

    private static let failures = ServiceScrape.failures.family.name
    private static let fewer = "bound the labels of what the page has, or report in parts over HTTP"

    package static let pages = Limit(
        AgentLimits.pages, "pages in the file", per: "file", remedy: "run a second agent for others")
    package static let timeout = Limit(
        Duration.milliseconds(500), "from the beginning of a fetch until the page is read; a scrape waits no longer",
        per: "page",
        option: "timeout", metric: failures,
        remedy: "raise the page's timeout in the file, or have the service answer sooner")
    package static let shortestTimeout = Limit(
        AgentLimits.shortestPageTimeout, "of a page's timeout at least", per: "page",
        remedy: "write a longer one, such as 500ms")
    package static let longestTimeout = Limit(
        AgentLimits.longestPageTimeout, "of a page's timeout at most", per: "page",
        remedy: "have the service report by itself: docs/other-languages.md")
    package static let longestRest = Limit(
        Duration.seconds(30), "in which a page that took too long is not asked again; the pauses begin at 1 s and double",
        per: "page",
        metric: failures, remedy: "nothing: it is asked in the background, and served again once it is quick")
    package static let shared = Limit(
        Duration.milliseconds(50), "in which scrapes share one fetch that is done already", per: "page",
        remedy: "nothing: it is as fresh as the scrape")
    package static let patience = Limit(
        Duration.milliseconds(200),
        "of a fetch, past which it gives its connection to a page that would be late without, as the agent has no more of them",
        per: "page", metric: failures,
        remedy:
            "have the service answer sooner, or raise LimitNOFILE= of the agent's unit, an eighth of which connections to pages may be"
    )
    package static let stop = Limit(
        AgentLimits.pagesAtStop,
        "that the agent waits for pages once it is stopped; the scrape under way is answered without the others",
        per: "agent", metric: failures, remedy: "nothing: the next agent asks again")

    package static let head = Limit(
        ByteLimit.kibibytes(16), "all header fields of an answer", per: "page", metric: failures,
        remedy: "take cookies and tokens off the page: the agent reads none")
    package static let fields = Limit(
        100, "header fields of an answer", per: "page", metric: failures, remedy: "take off what a proxy in front of it adds")
    package static let body = Limit(
        ByteLimit.mebibytes(4), "a page, also once it is uncompressed", per: "page", metric: failures, remedy: fewer)
    package static let bodies = Limit(
        ByteLimit.mebibytes(16), "of pages that are under way, past which the largest one fails", per: "agent",
        metric: failures,
        remedy: fewer)
    package static let quickReading = Limit(
        Duration.milliseconds(50),
        "of a processor that reading a page is expected to take by its size and by what it took before, past which it is read on one thread, the quickest first, and not on two",
        per: "page",
        remedy: "nothing: pages do not wait for those that take longer")

    package static let all: [any AnyLimit] = [
        pages, timeout, shortestTimeout, longestTimeout, longestRest, shared, patience, stop, head, fields, body, bodies,
        quickReading,
    ]
}
