extension Fleet {
    /// Only what listens on the same host can clash: an instance's metrics port counts when its agent stands beside it.
    var portFaults: [FleetFault] {
        var faults: [FleetFault] = []
        var holders: [String: [Int: String]] = [:]
        for endpoint in endpoints {
            // Two names of one host.
            let host = endpoint.host == "localhost" ? "127.0.0.1" : endpoint.host
            if !(1...65535).contains(endpoint.port) {
                faults.append(.portOutOfRange(port: endpoint.port, holder: endpoint.holder, place: endpoint.place))
            } else if let first = holders[host]?[endpoint.port] {
                faults.append(
                    .portTaken(port: endpoint.port, first: first, second: endpoint.holder, place: endpoint.place))
            } else {
                holders[host, default: [:]][endpoint.port] = endpoint.holder
            }
        }
        return faults
    }
}
