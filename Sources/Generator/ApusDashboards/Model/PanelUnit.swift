/// Units by their names in Grafana
/// (https://grafana.com/docs/grafana/latest/panels-visualizations/configure-standard-options/#unit).
public enum PanelUnit: String, CaseIterable, Hashable, Sendable {
    /// The number as it is.
    case none
    /// A plain number, shortened: `1.5 K`.
    case count = "short"
    case text = "string"
    /// With the separators of the reader's language.
    case localized = "locale"
    case scientific = "sci"
    /// From 0 to 100.
    case percent
    /// A ratio from 0 to 1, shown in percent.
    case ratio = "percentunit"

    /// With binary prefixes.
    case bytes
    /// With decimal prefixes.
    case decimalBytes = "decbytes"
    case bits
    /// With binary prefixes.
    case bytesPerSecond = "binBps"
    /// With decimal prefixes.
    case decimalBytesPerSecond = "Bps"
    case bitsPerSecond = "bps"
    case packetsPerSecond = "pps"

    case nanoseconds = "ns"
    case microseconds = "µs"
    case milliseconds = "ms"
    case seconds = "s"
    case minutes = "m"
    case hours = "h"
    case days = "d"
    /// Seconds, written out: `1 day 3 hours`.
    case duration = "dtdurations"
    case durationOfMilliseconds = "dtdurationms"
    case hertz

    /// Milliseconds since 1970, as a date.
    case date = "dateTimeAsIso"
    /// Milliseconds since 1970, as the time that has passed since.
    case timeSince = "dateTimeFromNow"

    /// Counts per second.
    case perSecond = "cps"
    case operationsPerSecond = "ops"
    case requestsPerSecond = "reqps"
    case readsPerSecond = "rps"
    case writesPerSecond = "wps"
    case ioPerSecond = "iops"
    case eventsPerSecond = "eps"
    case messagesPerSecond = "mps"
    case rowsPerSecond = "rowsps"
    case perMinute = "cpm"
    case operationsPerMinute = "opm"
    case requestsPerMinute = "reqpm"
    case eventsPerMinute = "epm"

    case celsius
    case watts = "watt"
    case yesNo = "bool_yes_no"
    case onOff = "bool_on_off"
    case trueFalse = "bool"
}
