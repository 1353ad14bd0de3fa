import AgentMetrics
import ApusMetrics
import ApusText

/// What is wrong with a page of metrics.
extension FleetService {
    /// Pages that no agent would fetch or be told of, and names that its file may not have.
    func pageFaults(in fleet: Fleet) -> [FleetFault] {
        guard let page else { return [] }
        let remarks =
            locationRemarks(page, in: fleet) + reachRemarks(page, in: fleet) + page.names.map(nameRemark) + repeatedNames(page)
        return remarks.compactMap(\.self).map { .contradiction($0, place: place) } + timeoutFaults(page, in: fleet)
    }

    private func locationRemarks(_ page: MetricsPage, in fleet: Fleet) -> [String] {
        var remarks: [String] = []
        if reports != .nothing {
            remarks.append(
                "\(name) serves a page and reports by .\(reports.rawValue): its name is the page's alone, so leave out one of the two"
            )
        }
        if found?.instanceTemplate != nil {
            remarks.append(
                "the instances of \(name) are named by what is captured, and a page is of one instance: declare them")
        }
        if !page.path.hasPrefix("/") || !LegalText.isPlain(page.path) || page.path.contains("#") {
            remarks.append(
                "the path “\(page.path)” of the page of \(name) is illegal: begin it with a slash, and write %XX for white space and quotes"
            )
        }
        switch page.location {
        case .port:
            if let instance = instances.first(where: { $0.port == nil }) {
                remarks.append(
                    "the page of \(name) is at the port of its instances, and \(instance.name) has none: give it one")
            }
        case .metricsPort:
            if isStarted, !fleet.command(of: self).names(.metricsPort) {
                remarks.append(
                    "\(name) serves its page at a port that nothing tells it: name \\(.metricsPort) in its program, or serve the page at: .port"
                )
            }
        case .socket:
            if isStarted {
                remarks.append(
                    "\(name) serves its page at a Unix socket, which no container shares with its agent: serve it at a port")
            }
            remarks += instances.compactMap { socketRemark(pageURL(of: $0, host: "", in: fleet), of: $0) }
        }
        return remarks
    }

    private func socketRemark(_ url: String?, of instance: Instance) -> String? {
        guard let url else {
            return
                "the socket of the page of \(instance.name) names what there is not: name \\(.instance) or \\(.dataFolder) alone"
        }
        let path = url.dropFirst("unix:".count).prefix { $0 != ":" }
        let isLegal =
            path.hasPrefix("/") && !path.hasSuffix("/") && LegalText.isPlain(String(path))
            && path.utf8.count <= AgentLimits.socketPathBytes
        return isLegal
            ? nil
            : "the socket “\(path)” of the page of \(instance.name) is illegal: write an absolute path of at most \(AgentLimits.socketPathBytes) bytes, without white"
                + " space, quotes and colons"
    }

    /// No name is looked up, so that no name server can hold up a scrape.
    private func reachRemarks(_ page: MetricsPage, in fleet: Fleet) -> [String?] {
        if case .socket = page.location { return [] }
        let parts = fleet.host.split(separator: ".", omittingEmptySubsequences: false)
        let isAddress = parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
        return isAddress || fleet.host == "localhost"
            ? []
            : [
                "the page of \(name) is at “\(fleet.host)”, and an agent looks up no name: give the fleet its host as an address, such as"
                    + " 127.0.0.1"
            ]
    }

    private func timeoutFaults(_ page: MetricsPage, in fleet: Fleet) -> [FleetFault] {
        guard let timeout = page.timeout else { return [] }
        let (shortest, longest) = (AgentLimits.shortestPageTimeout, AgentLimits.longestPageTimeout)
        let range = shortest...min(longest, max(AgentLimits.timeForPages(of: fleet.scraping.timeout), shortest))
        guard !range.contains(timeout) || DurationText.milliseconds(timeout) == nil else { return [] }
        return [
            .durationOutOfRange(
                name: "the timeout of the page of \(name), of which a scrape gives half of its own,", value: timeout,
                range: range,
                place: place)
        ]
    }

    // MARK: - Names

    private func nameRemark(_ named: PageName) -> String? {
        let metric = named.selector.prefix { $0 != "{" && $0 != " " }
        if named.subject.name.families.contains(where: { $0.name == metric }) {
            return "\(metric) on the page of \(name) is the \(named.subject.key) by itself: leave it out of its names"
        }
        return named.selector.utf8.count > AgentLimits.selectorBytes
            ? "the \(named.subject.key) of \(name) is a selector of more than \(AgentLimits.selectorBytes) bytes: match fewer labels"
            : nil
    }

    private func repeatedNames(_ page: MetricsPage) -> [String?] {
        var subjects: [String: PageName.Subject] = [:]
        return page.names.map { named in
            subjects.updateValue(named.subject, forKey: named.selector).map {
                "\(named.selector) on the page of \(name) is the \($0.key) already: it is one of the two"
            }
        }
    }
}
