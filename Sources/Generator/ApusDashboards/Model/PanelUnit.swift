/// The unit of a panel's values; the raw values are Grafana's names
/// (https://grafana.com/docs/grafana/latest/panels-visualizations/configure-standard-options/#unit).
public enum PanelUnit: String, CaseIterable, Hashable, Sendable {
    /// The value is shown as the number that it is.
    case none
    /// The value is a plain number, which is shortened: `1.5 K`.
    case count = "short"
    /// The value is a text.
    case text = "string"
    /// The value is a number with the separators of the reader's language.
    case localized = "locale"
    /// The value is shown as a power of ten.
    case scientific = "sci"
    /// The value is a share from 0 to 100.
    case percent
    /// The value is a ratio from 0 to 1, which is shown in percent.
    case ratio = "percentunit"

    /// The value is a number of bytes, which is shown with binary prefixes.
    case bytes
    /// The value is a number of bytes, which is shown with decimal prefixes.
    case decimalBytes = "decbytes"
    case bits
    /// The value is a number of bytes per second, which is shown with binary prefixes.
    case bytesPerSecond = "binBps"
    /// The value is a number of bytes per second, which is shown with decimal prefixes.
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
    /// The value is a number of seconds, which is written out: `1 day 3 hours`.
    case duration = "dtdurations"
    /// The value is a number of milliseconds, which is written out: `1 day 3 hours`.
    case durationOfMilliseconds = "dtdurationms"
    case hertz

    /// The value is a number of milliseconds since 1970, which is shown as a date.
    case date = "dateTimeAsIso"
    /// The value is a number of milliseconds since 1970, which is shown as the time that has passed since.
    case timeSince = "dateTimeFromNow"

    /// The value is a number of counts per second.
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
    /// The value is shown as yes, or as no when it is 0.
    case yesNo = "bool_yes_no"
    /// The value is shown as on, or as off when it is 0.
    case onOff = "bool_on_off"
    /// The value is shown as true, or as false when it is 0.
    case trueFalse = "bool"
}
