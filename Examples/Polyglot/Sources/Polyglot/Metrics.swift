import ApusMetrics
import ApusTopology

/// What the checkout says of its orders, as it names them in its text.
enum CheckoutMetrics {
    static let orders = Counter<NoLabels>("checkout_orders_total", "Orders that were taken.")
    static let items = Counter<NoLabels>("checkout_items_total", "Items of the orders that were taken.")
}

/// What the packing records by OpenTelemetry, under the names that Prometheus has for it: `packing.parcels` in `{parcel}` is
/// `packing_parcels_total`.
enum PackingMetrics {
    static let parcels = Counter<ParcelLabels>("packing_parcels_total", "Parcels that were packed.")
    static let failures = Counter<NoLabels>("packing_failures_total", "Orders that could not be packed.")
    static let duration = Histogram<NoLabels>("packing_duration_seconds", "Time that an order took to pack.")
    static let depth = Gauge<DepthLabels>("queue_depth", "Entries of the queue, by state.")
}

/// What the shipping has on its page.
enum ShippingMetrics {
    static let parcels = Counter<NoLabels>("shipping_parcels_total", "Parcels that the carrier has.")
    static let orders = Gauge<DepthLabels>("shipping_orders", "Packed orders by state.")
}

/// How full a parcel is.
struct ParcelLabels: LabelSet {
    enum Key: String, LabelKey { case size }
    let size: String
    subscript(key: Key) -> String { size }
}

/// What has become of an order.
struct DepthLabels: LabelSet {
    enum Key: String, LabelKey { case state }
    let state: String
    subscript(key: Key) -> String { state }
}

extension RecordedMetrics {
    static let checkout = Self("checkout", families: [CheckoutMetrics.orders.family, CheckoutMetrics.items.family])
    static let shipping = Self("shipping", families: [ShippingMetrics.parcels.family, ShippingMetrics.orders.family])
    static let packing = Self(
        "packing", families: [PackingMetrics.parcels.family, PackingMetrics.failures.family, PackingMetrics.duration.family])
}

/// What the services report besides, of which no rule asks: Node.js' own names, and what OpenTelemetry says of its SDK.
enum Reported {
    static let families = [
        Gauge<NoLabels>("nodejs_heap_size_used_bytes", "Heap that V8 uses.").family,
        Gauge<NoLabels>("nodejs_eventloop_lag_seconds", "Longest lag of the event loop since the last report.").family,
        Info<SDKLabels>("target_info", "What the process says of itself and of where it runs.").family,
        Info<ScopeLabels>("otel_scope_info", "The libraries that record what the process reports.").family,
    ]
}

/// The SDK of OpenTelemetry that a process has.
struct SDKLabels: LabelSet {
    enum Key: String, LabelKey {
        case language = "telemetry_sdk_language"
        case name = "telemetry_sdk_name"
        case version = "telemetry_sdk_version"
    }
    let language, name, version: String
    subscript(key: Key) -> String {
        switch key {
        case .language: language
        case .name: name
        case .version: version
        }
    }
}

/// A library that records metrics by OpenTelemetry.
struct ScopeLabels: LabelSet {
    enum Key: String, LabelKey { case name = "otel_scope_name" }
    let name: String
    subscript(key: Key) -> String { name }
}
