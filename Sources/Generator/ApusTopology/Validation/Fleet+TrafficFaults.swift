extension Fleet {
    /// Load balancers that lead nowhere, or that would turn away what they are there for.
    var trafficFaults: [FleetFault] {
        loadBalancers.flatMap { balancer in
            Self.limitFaults(balancer.limits, of: balancer.name, balancer.place) + leadFaults(of: balancer)
                + capacityFaults(of: balancer) + certificateFaults(of: balancer) + zoneFaults(of: balancer)
        }
    }

    private func leadFaults(of balancer: LoadBalancer) -> [FleetFault] {
        var faults: [FleetFault] = []
        let service = services.first { $0.name == balancer.service }
        if let service, !service.isStarted {
            faults.append(
                .contradiction(
                    "\(balancer.name) leads to \(balancer.service), which the fleet does not start and so reaches nowhere but on its host:"
                        + " name a service with a program", place: balancer.place))
        }
        switch service?.role {
        case .api: break
        case .worker:
            faults.append(
                .contradiction(
                    "\(balancer.name) leads to \(balancer.service), which is a worker and answers no requests: name an API",
                    place: balancer.place))
        case nil:
            faults.append(
                .contradiction(
                    "\(balancer.name) leads to “\(balancer.service)”, which is no service: name an API of the fleet",
                    place: balancer.place))
        }
        let names = balancer.serverNames
        if names.isEmpty || Set(names).count != names.count || !names.allSatisfy({ $0 == "_" || LegalText.isHost($0) }) {
            faults.append(
                .contradiction(
                    "\(balancer.name) is reached as “\(names.joined(separator: " "))”: name one or more hosts, each once, or “_” "
                        + "for any", place: balancer.place))
        }
        let paths = balancer.webSocketPaths
        for path in paths where !LegalText.isURLPath(path) {
            faults.append(Self.illegalPath(path, of: balancer.name, balancer.place))
        }
        if Set(paths).count != paths.count {
            faults.append(
                .contradiction(
                    "\(balancer.name) has a path of WebSockets twice: name each once", place: balancer.place))
        }
        return faults
    }

    private func capacityFaults(of balancer: LoadBalancer) -> [FleetFault] {
        guard balancer.peakRequests > 0, balancer.keepalive >= 0 else {
            return [
                .contradiction(
                    "\(balancer.name) has \(balancer.peakRequests) requests a second at its peak and keeps \(balancer.keepalive) "
                        + "idle connections: the first must be above 0, the second not below", place: balancer.place)
            ]
        }
        // A request takes a connection of the client's and one of an instance's.
        let (least, overflow) = balancer.peakRequests.multipliedReportingOverflow(by: 2)
        guard overflow || balancer.connections < least else { return [] }
        return [
            .contradiction(
                "\(balancer.name) has \(balancer.connections) connections for \(balancer.peakRequests) requests a second, each of "
                    + "which takes two: raise connections or lower peakRequests", place: balancer.place)
        ]
    }

    private func certificateFaults(of balancer: LoadBalancer) -> [FleetFault] {
        guard let certificate = balancer.certificate else { return [] }
        let paths = [
            ("the certificate of \(balancer.name)", certificate.certificatePath),
            ("the key of \(balancer.name)", certificate.keyPath),
        ]
        let illegal: [FleetFault] = paths.filter { !Installation.isPlainPath($0.1) }
            .map { .illegalPath(name: $0.0, path: $0.1, place: balancer.place) }
        guard illegal.isEmpty, certificate.certificatePath == certificate.keyPath else { return illegal }
        return [
            .contradiction(
                "\(balancer.name) has its certificate and its key in one file, \(certificate.keyPath): keep the key in its own",
                place: balancer.place)
        ]
    }

    private func zoneFaults(of balancer: LoadBalancer) -> [FleetFault] {
        var faults: [FleetFault] = []
        var names: [String: SourcePlace] = [:]
        var paths: [String: String] = [:]
        for zone in balancer.rateZones {
            if !LegalText.isName(zone.name) {
                faults.append(.illegalName(kind: "rate zone", name: zone.name, place: zone.place))
            }
            if let first = names.updateValue(zone.place, forKey: zone.name) {
                faults.append(.repeatedName(kind: "rate zone", name: zone.name, first: first, place: zone.place))
            }
            if zone.paths.isEmpty {
                faults.append(
                    .contradiction("rate zone \(zone.name) holds for no path: name one, or remove it", place: zone.place))
            }
            for path in zone.paths {
                if !LegalText.isURLPath(path) {
                    faults.append(Self.illegalPath(path, of: "rate zone \(zone.name)", zone.place))
                }
                if let other = paths.updateValue(zone.name, forKey: path) {
                    faults.append(
                        .contradiction(
                            "the path \(path) is in the rate zones \(other) and \(zone.name): leave it in one",
                            place: zone.place))
                }
            }
            if zone.requestsPerSecond < 1 {
                faults.append(
                    .numberOutOfRange(
                        name: "the rate of zone \(zone.name)", value: Double(zone.requestsPerSecond), range: "above 0",
                        place: zone.place))
            }
            if zone.burst < 0 {
                faults.append(
                    .numberOutOfRange(
                        name: "the burst of zone \(zone.name)", value: Double(zone.burst), range: "0 or more",
                        place: zone.place))
            }
        }
        return faults
    }

    private static func illegalPath(_ path: String, of holder: String, _ place: SourcePlace) -> FleetFault {
        .contradiction(
            "the path “\(path)” of \(holder) is illegal: begin it with a slash and use letters, digits and . _ - ~ /",
            place: place)
    }
}
