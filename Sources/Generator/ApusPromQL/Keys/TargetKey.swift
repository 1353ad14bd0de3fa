public import ApusMetrics

/// The labels that a series has from its target, whatever its declaration says.
public enum TargetKey: String, LabelKey {
    /// The scrape job, added by Prometheus.
    case job
    /// The service that the series is about.
    case service
    /// The process that the series is about.
    case instance
}
