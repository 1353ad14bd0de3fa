public import ApusMetrics

/// What Prometheus itself records of each target at each scrape.
public enum ScrapeMetrics {
    public static let up = Gauge<NoLabels>("up", "1 when the target was scraped, 0 when it was not.")
    public static let duration = Gauge<NoLabels>("scrape_duration_seconds", "Duration of the scrape.")
}
