import ApusMetrics
import ApusPromQL
import ApusText
import ApusTopology
import MonitoringPacks
import NotificationMetrics

/// Attempts to deliver: how many fail, and how long they take.
extension DeliveryAlerts {
    /// The number of failed attempts in the window of rates up to which a ratio says nothing: one is all of the attempts of a quiet hour.
    private static let fewFailures = 5.0

    var highErrorRate: Alert {
        let limit = limits[Threshold.errorRatio]
        let seconds = fleet.alertWindow / .seconds(1)
        let failed = Notifications.failures.series.increase(over: window).sum(perTarget: .service)
        func failing(_ instance: String, _ course: InputCourse) -> AlertInput {
            AlertInput(
                Notifications.failures,
                [.service: "a", .instance: instance, .label(.channel): "webhook", .label(.reason): "transient"], course)
        }
        // Far more failures than those few, at the limit of the ratio.
        let all = max(0.5, 4 * Self.fewFailures / (limit.value * seconds))
        let bad = all * limit.value
        // As many failures as those few, far above the limit of the ratio.
        let few = Self.fewFailures / seconds
        let rest = few * (1 - limit.value) / 4
        let ratio = failures / (perSecond(Notifications.delivered) + failures > 0)
        return Alert(
            "HighErrorRate", when: (ratio > limit.value).and(failed > Self.fewFailures), threshold: limit,
            summary: "Too many attempts to deliver fail.",
            description: """
                \(value: .percentage) of the attempts of service \(.service) to deliver in the last \
                \(text: DurationText.string(fleet.alertWindow)) failed; \
                the limit is \(limit).
                """,
            runbook: Runbook(
                meaning: """
                    Among all attempts to deliver, more have failed than `Thresholds.errorRatio`, and they are more than \
                    \(Int(Self.fewFailures)) within the window of rates.
                    """,
                impact: "Users get notifications late, and not at all once their attempts are used up.",
                queries: [
                    .init(
                        "Failures per second by channel and reason",
                        Notifications.failures.series.rate(over: window).sum(by: .label(.channel), .label(.reason))),
                    .init("Given up per second", Notifications.dead.series.rate(over: window).sum(by: .label(.channel))),
                ] + Self.destinationQueries(window),
                actions: [
                    "`permanent`: receivers refuse what they get; look at the answers in `journalctl -u 'apus-worker@*' -p warning`.",
                    "`throttled`: receivers ask for patience; lower the number of workers for a while.",
                    "`transient`: receivers, or the way to them, are down: `journalctl -u 'apus-worker@*' -p info -g attempt` has "
                        + "the errors and the ids; `curl -s http://API/notifications/ID` has the receiver's URL and the last "
                        + "error; try it by hand with `curl -v URL`.",
                    Self.closedDestinations,
                ]),
            inputs: [
                failing("one", .rising(to: bad * 0.6)), failing("two", .rising(to: bad * 0.4)),
                delivered("one", .falling(to: (all - bad) * 0.6)), delivered("two", .falling(to: (all - bad) * 0.4)),
            ],
            furtherInputs: [
                [
                    failing("one", .growth(quiet: few * 0.5996, bad: few * 0.6004)),
                    failing("two", .growth(quiet: few * 0.3996, bad: few * 0.4004)),
                    delivered("one", .growth(quiet: rest, bad: rest)),
                ]
            ])
    }

    /// The number of attempts in the window of rates up to which a twentieth is no more than one.
    private static let fewAttempts = 20.0

    var highDeliveryLatency: Alert {
        let limit = limits[Threshold.deliveryLatency]
        let few = Self.fewAttempts / (fleet.alertWindow / .seconds(1))
        let attempts = Notifications.attemptDuration.series
        func labels(_ instance: String) -> KeyValuePairs<Series<Histogram<ChannelLabels>>.Key, String> {
            [.service: "a", .instance: instance, .label(.channel): "webhook"]
        }
        func quantile(_ limit: Double) -> [AlertInput] {
            AlertInput.quantile(0.95, of: Notifications.attemptDuration, labels("one"), crossing: limit)
        }
        func attempted(_ instance: String, _ rate: Double, bad: Double? = nil) -> AlertInput {
            .count(of: Notifications.attemptDuration, labels(instance), .growth(quiet: rate, bad: bad ?? rate))
        }
        let latency = attempts.bucketRates(over: window).sum(by: .service, .label(.channel)).quantile(0.95)
        return Alert(
            "HighDeliveryLatency",
            when: (latency > limit.value).and(
                attempts.countIncrease(over: window).sum(by: .service, .label(.channel)) > Self.fewAttempts),
            threshold: limit,
            summary: "Attempts to deliver take long.",
            description: """
                One in twenty attempts of service \(.service) on channel \(.label(.channel)) takes \(value: .decimals(2)) s or \
                longer; the limit is \(limit).
                """,
            runbook: Runbook(
                meaning: """
                    The 95th percentile of the time of one attempt is past `Thresholds.deliveryLatency`, of more than \
                    \(Int(Self.fewAttempts)) attempts within the window of rates.
                    """,
                impact: "Each worker delivers less, and the queue grows.",
                queries: [
                    .init(
                        "Attempts per second",
                        attempts.countRate(over: window).sum(by: .label(.channel))),
                    .init("Failed attempts per second", NotificationQueries.failures(over: window)),
                ],
                actions: [
                    "Try a receiver by hand: `curl -w '%{time_connect} %{time_total}' -o /dev/null -s URL`.",
                    "If one receiver is slow, its notifications hold up the others: give it workers of its own.",
                ]),
            inputs: quantile(limit.value) + [attempted("one", few * 4)],
            // Slow all the time, and hardly any.
            furtherInputs: [
                quantile(limit.value * 1.002) + [
                    attempted("one", few * 0.5996, bad: few * 0.6004), attempted("two", few * 0.3996, bad: few * 0.4004),
                ]
            ])
    }
}
