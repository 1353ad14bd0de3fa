import AgentMetrics
import ApusMetrics
import ApusPromQL
import ApusText
import ApusTopology
import MonitoringPacks
import NotificationMetrics

extension AlertName {
    static let deliveriesStalled = ofSomeFleets("DeliveriesStalled")
    static let throughputTooLow = ofSomeFleets("ThroughputTooLow")
    static let oldQueue = ofSomeFleets("OldQueue")
    static let deepQueue = ofSomeFleets("DeepQueue")
}

/// Whether notifications are taken up and delivered.
struct DeliveryAlerts {
    let fleet: Fleet

    var all: [Alert] {
        guard fleet.records(.deliveries) else { return [] }
        return [
            deepQueue, oldQueue, deliveriesStalled, tooFewDeliveries, highErrorRate, highDeliveryLatency, lostLeases,
        ]
    }

    /// What every alert on the queue or on attempts asks first: more workers deliver nothing to receivers that do not answer.
    static let closedDestinations =
        "If `\(Notifications.closedDestinations.name)` is above 0, receivers do not answer, and what waits for them is deferred and "
        + "not lost: `journalctl -u 'apus-worker@*' -p notice -g deferred` names them. Tell their operators; more workers do not "
        + "help."

    static func destinationQueries(_ window: RateWindow) -> [Runbook.Query] {
        [
            .init("Destinations that are closed, by worker", Notifications.closedDestinations.series.value),
            .init(
                "Deferrals per second by reason",
                Notifications.deferrals.series.rate(over: window).sum(by: .label(.reason))),
        ]
    }

    var limits: Thresholds { fleet.thresholds }
    var window: RateWindow { fleet.rateWindow }

    func perSecond(_ counter: Counter<ChannelLabels>) -> InstantVector<TargetKey> {
        counter.series.rate(over: window).sum(perTarget: .service)
    }

    var failures: InstantVector<TargetKey> {
        Notifications.failures.series.rate(over: window).sum(perTarget: .service)
    }

    private func queued(
        _ instance: String, _ state: QueueState, _ course: InputCourse, of service: String = "a"
    ) -> AlertInput {
        AlertInput(
            Contract.queueDepth, [.service: service, .instance: instance, .label(.state): state.rawValue], course)
    }

    func delivered(_ instance: String = "one", _ course: InputCourse) -> AlertInput {
        AlertInput(Notifications.delivered, [.service: "a", .instance: instance, .label(.channel): "webhook"], course)
    }

    /// Those that deliver. An API counts the queue too, and would tell the same once more.
    private var deliverers: [FleetService] { fleet.services.filter { $0.records.contains(.deliveries) } }

    var deepQueue: Alert {
        let limit = limits[Threshold.queueDepth].value
        let service = deliverers.first?.name ?? ""
        return Alert(
            .deepQueue, when: NotificationQueries.depth(Contract.queueDepth.series.of(deliverers)),
            above: limits[Threshold.queueDepth],
            summary: "Notifications pile up.",
            description: """
                \(value: .decimals(0)) notifications are in the queue of service \(.service); \
                the limit is \(limits[Threshold.queueDepth]).
                """,
            runbook: Runbook(
                meaning: "The queue holds more notifications, in all states, than `Thresholds.queueDepth`.",
                impact: "Notifications come later and later.",
                queries: [
                    .init("Notifications by state", NotificationQueries.queueDepth),
                    .init("Deliveries per second", NotificationQueries.deliveries(over: window)),
                    .init("Accepted per second", Notifications.enqueued.series.rate(over: window).sum()),
                ] + Self.destinationQueries(window),
                actions: [
                    Self.closedDestinations,
                    "If no destination is closed and `pending` grows, add workers: `Scaling` or more `Instance`s.",
                    "If `scheduled` grows, attempts fail and wait for their next: see the runbook of HighErrorRate.",
                    "If it is `locked`, deliveries are slow: see the runbook of HighDeliveryLatency.",
                ]),
            inputs: [
                queued("one", .pending, .constant(limit - 100), of: service), queued("one", .locked, .constant(1), of: service),
                queued("two", .pending, .level(quiet: limit - 1, bad: limit), of: service),
                queued("two", .locked, .constant(1), of: service),
                queued("six", .pending, .constant(limit + 1), of: "not-\(service)"),
            ])
    }

    var oldQueue: Alert {
        Alert(
            .oldQueue, when: Queue.oldestAge.series.of(deliverers).value.max(by: .service), above: limits[Threshold.queueAge],
            summary: "A notification has been due for long.",
            description: """
                The oldest notification that nobody of service \(.service) has taken up has been due for \
                \(value: .duration); the limit is \(limits[Threshold.queueAge]).
                """,
            runbook: Runbook(
                meaning: "Work is due and held by nobody for longer than `Thresholds.queueAge`.",
                impact: "Users get notifications late.",
                queries: [
                    .init("Notifications by state", NotificationQueries.queueDepth),
                    .init("Leases taken per second", Notifications.claimed.series.rate(over: window).sum(by: .service)),
                ] + Self.destinationQueries(window),
                actions: [
                    Self.closedDestinations,
                    "Look whether workers run: see the runbook of InstanceDown.",
                    "Look whether they claim but cannot deliver: see the runbook of HighErrorRate.",
                ]))
    }

    private var deliveriesStalled: Alert {
        let due =
            Contract.queueDepth.series.matching(QueueStateLabels(state: .pending)).value
            .aggregated(.max, perTarget: .service) > 0
        func delivers(_ service: String, _ instance: String, _ course: InputCourse) -> [AlertInput] {
            [
                AlertInput(
                    Contract.queueDepth,
                    [.service: service, .instance: instance, .label(.state): QueueState.pending.rawValue], .constant(5)),
                AlertInput(
                    Notifications.delivered, [.service: service, .instance: instance, .label(.channel): "webhook"], course),
            ]
        }
        return Alert(
            .deliveriesStalled, when: due.and(perSecond(Notifications.delivered) == 0), severity: .critical,
            summary: "Work is due, but nothing is delivered.",
            description: """
                \(value: .decimals(0)) notifications of service \(.service) are due, and none has been delivered in the last \
                \(text: DurationText.string(fleet.alertWindow)).
                """,
            runbook: Runbook(
                meaning: "Notifications wait, but the service that delivers has delivered none for the whole window of rates.",
                impact: "Nobody gets any notification.",
                queries: [
                    .init("Failed attempts per second", NotificationQueries.failures(over: window)),
                    .init("Leases taken per second", Notifications.claimed.series.rate(over: window).sum(by: .service)),
                    .init("Workers that run", ServiceState.up.series.value),
                ] + Self.destinationQueries(window),
                actions: [
                    Self.closedDestinations,
                    "If attempts fail, the receivers or the way to them are down: read why in the log of the workers, "
                        + "`journalctl -u 'apus-worker@*' -p info -n 100`.",
                    "If nothing is claimed, the workers do not reach the store: look at their log, and at the store's own alerts.",
                    "If workers hang, restart them: see the runbook of ServiceHung.",
                ]),
            inputs: [
                queued("one", .pending, .level(quiet: 0, bad: 1)), queued("one", .locked, .constant(5)),
                queued("two", .pending, .level(quiet: 0, bad: 0.5)), queued("slow", .pending, .constant(0)),
                queued("slower", .pending, .constant(0)), delivered("one", .constant(3)),
                // An API counts the queue too, and delivers nothing by design.
                AlertInput(
                    Contract.queueDepth,
                    [.service: "recorder", .instance: "six", .label(.state): QueueState.pending.rawValue],
                    .level(quiet: 0, bad: 5)),
            ] + delivers("busy", "three", .growth(quiet: 0.5, bad: 0.5)) + delivers("busy", "four", .constant(7))
                + delivers("weary", "five", .ceasing))
    }

    var tooFewDeliveries: Alert {
        let enqueued = Notifications.enqueued.series.rate(over: window).sum()
        let handled =
            Notifications.delivered.series.rate(over: window).sum() + Notifications.dead.series.rate(over: window).sum()
        let depth = limits[Threshold.queueDepth].value * Self.backlogShare
        let backlog = NotificationQueries.queueDepth.sum() > depth
        return Alert(
            .throughputTooLow, when: (handled / (enqueued > 0) < limits[Threshold.throughput].value).and(backlog),
            threshold: limits[Threshold.throughput],
            summary: "Fewer notifications leave than come in.",
            description: """
                Of what comes in, only \(value: .percentage) is delivered or given up, and the queue holds more than \
                \(text: PromQLNumber.string(depth)) notifications.
                """,
            runbook: Runbook(
                meaning:
                    "Workers handle less of what is accepted than `Thresholds.throughput`, and the queue is half way to its limit.",
                impact: "The queue grows until its limit, and notifications come later and later.",
                queries: [
                    .init("Accepted per second", enqueued),
                    .init("Delivered per second", NotificationQueries.deliveries(over: window)),
                    .init("Notifications by state", NotificationQueries.queueDepth),
                ] + Self.destinationQueries(window),
                actions: [
                    Self.closedDestinations,
                    "If no destination is closed, add workers: raise `Scaling`'s minimum, or declare more `Instance`s.",
                    "Look for slow receivers: see the runbook of HighDeliveryLatency.",
                ]),
            inputs: throughputInputs(
                depth: .constant(depth), enqueued: { .rising(to: $0) }, handled: { .falling(to: $0) }),
            furtherInputs: [
                throughputInputs(
                    depth: .level(quiet: depth - min(1, depth / 4), bad: depth), enqueued: { .growth(quiet: $0, bad: $0) },
                    handled: { .growth(quiet: $0 * 0.9, bad: $0 * 0.9) })
            ])
    }

    private func throughputInputs(
        depth: InputCourse, enqueued: (Double) -> InputCourse, handled: (Double) -> InputCourse
    ) -> [AlertInput] {
        func input(_ counter: Counter<ChannelLabels>, _ instance: String, _ course: InputCourse) -> AlertInput {
            AlertInput(counter, [.service: "a", .instance: instance, .label(.channel): "webhook"], course)
        }
        let all = 0.5 * limits[Threshold.throughput].value
        let few = InputCourse.constant(min(1, limits[Threshold.queueDepth].value * Self.backlogShare / 4))
        return [
            input(Notifications.enqueued, "one", enqueued(0.3)), input(Notifications.enqueued, "two", enqueued(0.2)),
            input(Notifications.delivered, "one", handled(all * 0.4)),
            input(Notifications.delivered, "two", handled(all * 0.3)),
            input(Notifications.dead, "one", handled(all * 0.2)), input(Notifications.dead, "two", handled(all * 0.1)),
            queued("one", .pending, few), queued("one", .locked, few), queued("two", .pending, depth),
            queued("two", .locked, few),
        ]
    }

    private static let backlogShare = 0.5

    var lostLeases: Alert {
        let limit = limits[Threshold.lostLeases]
        func total(_ counter: Counter<NoLabels>) -> InstantVector<TargetKey> {
            counter.series.rate(over: window).sum(perTarget: .service)
        }
        let lost = 0.5 * limit.value
        func input(_ counter: Counter<NoLabels>, _ instance: String, _ course: InputCourse) -> AlertInput {
            AlertInput(counter, [.service: "a", .instance: instance], course)
        }
        return Alert(
            "LockContention", when: total(Notifications.lostLeases) / (total(Notifications.claimed) > 0), above: limit,
            summary: "Workers lose leases to one another.",
            description: """
                \(value: .percentage) of the leases of service \(.service) passed to another worker before the outcome was \
                recorded; the limit is \(limit).
                """,
            runbook: Runbook(
                meaning: "Workers take longer than their leases last, so that others take the work too.",
                impact: "The same notification is attempted twice; receivers that honour its key drop the second.",
                queries: [
                    .init(
                        "Expired leases taken back per second",
                        Notifications.reclaimed.series.rate(over: window).sum(by: .service)),
                    .init(
                        "Time of an attempt, 95th percentile",
                        Notifications.attemptDuration.series.bucketRates(over: window).sum(by: .service).quantile(0.95)),
                ],
                actions: [
                    "Lengthen `DeliverySettings.lease`, or lower `batchSize`: a batch must be done within its lease.",
                    "Look whether clocks of the hosts agree: `chronyc tracking`.",
                ]),
            inputs: [
                input(Notifications.lostLeases, "one", .rising(to: lost * 0.6)),
                input(Notifications.lostLeases, "two", .rising(to: lost * 0.4)),
                input(Notifications.claimed, "one", .falling(to: 0.3)),
                input(Notifications.claimed, "two", .falling(to: 0.2)),
            ])
    }
}
