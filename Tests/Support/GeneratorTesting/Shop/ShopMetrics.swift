package import AgentMetrics
package import ApusMetrics
import ApusPromQL
package import ApusTopology

/// The metrics of a shop, as a user of the library declares them for services of their own.
package enum ShopMetrics {
    package static let orders = Counter<PaymentLabels>("shop_orders_total", "Orders that customers placed, by way of payment.")
    package static let declined = Counter<PaymentLabels>(
        "shop_payments_declined_total", "Orders whose payment was declined, by way of payment.")
    package static let waiting = Gauge<QueueStateLabels>("shop_waiting_orders", "Orders that wait to be packed, by state.")
    package static let checkoutTime = Histogram<PaymentLabels>(
        "shop_checkout_seconds", "Time from the last click to the order, by way of payment.")

    package static let families = [orders.family, declined.family, waiting.family, checkoutTime.family]
}

/// How an order is paid.
package struct PaymentLabels: LabelSet {
    package enum Key: String, LabelKey { case method }
    package let method: String
    package init(method: String) { self.method = method }
    package subscript(key: Key) -> String { method }
}

extension RecordedMetrics {
    /// Orders, their payment, and those that wait.
    package static let orders = Self("orders", families: ShopMetrics.families)
}

extension Threshold {
    /// The number of orders that wait, in all states.
    package static let waitingOrders = ThresholdKey.count("waitingOrders", 10_000, .high, "orders that wait")
    /// The share of orders whose payment is declined, from 0 to 1.
    package static let declinedPayments = ThresholdKey.ratio("declinedPayments", 0.01, .critical, "declined payments")
    /// The 95th percentile of the time of a checkout.
    package static let checkoutTime = ThresholdKey.duration(
        "checkoutTime", .seconds(5), .medium, "time of a checkout, p95", quantileOf: ShopMetrics.checkoutTime.family)
}

extension Scaling.Backlog {
    /// The orders that wait for the instances of a service, as the alert on them counts them.
    package static func orders(of service: String) -> Self {
        Self(ShopQueries.waiting(ShopMetrics.waiting.series.matching(.service, service)), watchedBy: Threshold.waitingOrders)
    }
}

/// Queries that alerts and panels of the shop share.
enum ShopQueries {
    /// The orders that wait, in all states, by service. Every process counts the same orders, so the largest report counts once.
    static func waiting(_ series: Series<Gauge<QueueStateLabels>>) -> InstantVector<TargetKey> {
        series.value.max(by: .service, .label(.state)).sum(perTarget: .service)
    }

    /// The orders that wait by state.
    static var waitingByState: InstantVector<SeriesKey<QueueStateLabels.Key>> {
        ShopMetrics.waiting.series.value.max(by: .label(.state))
    }

    /// Orders per second by service.
    static func orders(over window: RateWindow) -> InstantVector<TargetKey> {
        ShopMetrics.orders.series.rate(over: window).sum(perTarget: .service)
    }

    /// Declined payments per second by service.
    private static func declined(over window: RateWindow) -> InstantVector<TargetKey> {
        ShopMetrics.declined.series.rate(over: window).sum(perTarget: .service)
    }

    /// Declined payments among all orders, by service; without a value when there was no order.
    static func declinedShare(over window: RateWindow) -> InstantVector<TargetKey> {
        declined(over: window) / (orders(over: window) > 0)
    }

    /// Orders whose payment is not declined among all, by service; without a value when there was no order.
    static func paidShare(over window: RateWindow) -> InstantVector<TargetKey> {
        (orders(over: window) - declined(over: window)) / (orders(over: window) > 0)
    }
}
