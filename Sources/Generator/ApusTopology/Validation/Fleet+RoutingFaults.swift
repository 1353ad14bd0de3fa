import AgentMetrics
import ApusPromQL
import ApusText

extension Fleet {
    /// Receivers that nobody reaches, and routes that no alert takes.
    var routingFaults: [FleetFault] {
        guard declaresRouting else { return [] }
        return intervalFaults + receiverFaults + referenceFaults + shadowFaults
    }

    private var intervalFaults: [FleetFault] {
        let range = Duration.milliseconds(1)...Duration.seconds(30 * 86_400)
        let own = [
            ("the wait of a group", routing.groupWait, routing.place),
            ("the interval of a group", routing.groupInterval, routing.place),
            ("the repeat interval", routing.repeatInterval, routing.place),
        ]
        let ofRoutes = routing.routes.compactMap { route in
            route.repeatInterval.map { ("the repeat interval of the route to \(route.receiver)", $0, route.place) }
        }
        let illegal: [FleetFault] = (own + ofRoutes)
            .filter { !range.contains($0.1) || DurationText.milliseconds($0.1) == nil }
            .map { .durationOutOfRange(name: $0.0, value: $0.1, range: range, place: $0.2) }
        guard illegal.isEmpty else { return illegal }
        let text = DurationText.string
        var faults: [FleetFault] = []
        if routing.groupWait >= routing.groupInterval {
            faults.append(
                .contradiction(
                    "a group waits \(text(routing.groupWait)) for its first alerts but \(text(routing.groupInterval)) between "
                        + "two messages: shorten groupWait", place: routing.place))
        }
        for (name, interval, place) in [own[2]] + ofRoutes where interval < routing.groupInterval {
            faults.append(
                .contradiction(
                    "\(name), \(text(interval)), is shorter than groupInterval, \(text(routing.groupInterval)), "
                        + "and would not be kept: lengthen it", place: place))
        }
        return faults
    }

    private var receiverFaults: [FleetFault] {
        var faults: [FleetFault] = []
        var names: [String: SourcePlace] = [:]
        for receiver in routing.receivers {
            if !LegalText.isName(receiver.name) {
                faults.append(.illegalName(kind: "receiver", name: receiver.name, place: receiver.place))
            }
            if let first = names.updateValue(receiver.place, forKey: receiver.name) {
                faults.append(.repeatedName(kind: "receiver", name: receiver.name, first: first, place: receiver.place))
            }
            let explanations =
                receiver.ways.isEmpty ? ["is reached in no way: name one"] : receiver.ways.flatMap(Self.wayFaults)
            faults += explanations.map { .contradiction("receiver \(receiver.name) \($0)", place: receiver.place) }
        }
        return faults
    }

    private static func wayFaults(_ way: Receiver.Way) -> [String] {
        func file(_ path: String) -> [String] {
            Installation.isPlainPath(path)
                ? [] : ["has its secret at “\(path)”: name an absolute path of letters, digits and . _ - +"]
        }
        switch way {
        case .webhook(let url):
            return LegalText.isWebURL(url) ? [] : ["is called at “\(url)”: write a URL with http:// or https:// and a host"]
        case .email(let to, let from, let smartHost, let user, let passwordFile):
            let mailboxes = [to, from].filter { !LegalText.isMailbox($0) }
                .map { "has the mail address “\($0)”: write one as name@example.org" }
            let server =
                LegalText.isAddress(smartHost)
                ? [] : ["sends mail by “\(smartHost)”: write the server as smtp.example.org:587"]
            let login = LegalText.isPlain(user) ? [] : ["logs in as “\(user)”: name a user without spaces and quotes"]
            return mailboxes + server + login + file(passwordFile)
        case .pagerDuty(let keyFile):
            return file(keyFile)
        case .slack(let channel, let webhookFile):
            let isChannel = ["#", "@"].contains(channel.prefix(1)) && LegalText.isWords(String(channel.dropFirst()))
            return (isChannel ? [] : ["writes to “\(channel)”: name a channel as #alerts, or a person as @name"])
                + file(webhookFile)
        }
    }

    /// Names of receivers and services that routes give.
    private var referenceFaults: [FleetFault] {
        var faults: [FleetFault] = []
        let receivers = Set(routing.receivers.map(\.name))
        if let name = routing.defaultReceiver, !receivers.contains(name) {
            faults.append(
                .contradiction(
                    "the default receiver “\(name)” is not declared: declare it, or name another", place: routing.place))
        }
        let ofHosts = [InstanceIdentity.agentService, HostMonitoring.service]
        let known = Set(services.map(\.name) + endpoints.map(\.owner) + ofHosts)
        for route in routing.routes {
            if !receivers.contains(route.receiver) {
                faults.append(
                    .contradiction(
                        "a route leads to “\(route.receiver)”, which is no receiver: declare it, or name another",
                        place: route.place))
            }
            if let service = route.service, !known.contains(service) {
                faults.append(
                    .contradiction(
                        "the route to \(route.receiver) is for “\(service)”, which is no service and no server: "
                            + "name one of the fleet", place: route.place))
            }
        }
        let used = Set(routing.routes.map(\.receiver) + [routing.defaultReceiver].compactMap(\.self))
        faults += routing.receivers.filter { !used.contains($0.name) }.map {
            .contradiction("receiver \($0.name) gets nothing: lead a route to it, or remove it", place: $0.place)
        }
        return faults
    }

    /// The first route that fits takes an alert: what earlier ones take altogether is left for none.
    private var shadowFaults: [FleetFault] {
        routing.routes.indices.compactMap { index in
            let route = routing.routes[index]
            let earlier = routing.routes[..<index].filter { $0.service == nil || $0.service == route.service }
            let taken = Set(earlier.flatMap(\.allSeverities))
            guard taken.isSuperset(of: route.allSeverities) else { return nil }
            return .contradiction(
                "the route to \(route.receiver) is never reached, as earlier ones take all its alerts: move it up or remove it",
                place: route.place)
        }
    }
}

extension Route {
    fileprivate var allSeverities: [Severity] { severities.isEmpty ? Severity.allCases : severities }
}
