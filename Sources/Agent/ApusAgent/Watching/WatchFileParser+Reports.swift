import ApusMetrics
import AgentMetrics
import ApusLimits
import ApusText
import ApusYAML

extension WatchFileParser {
    // MARK: - Pages

    /// A page of metrics below `scrape`.
    mutating func scrape(_ value: PlacedYAML, in file: inout WatchFile) {
        guard let keys = keys(of: value, WatchKey.ofScrape, in: "an element of scrape") else { return }
        let service = keys["service"].flatMap { plainName($0, "service") }
        if keys["service"] == nil { note("service is missing: write the label service of what the page has", at: value.place) }
        let instance = keys["instance"].map { plainName($0, "instance") } ?? service
        let address = address(keys, at: value.place)
        let timeout = timeout(keys["timeout"])
        guard let service, let instance else { return }
        let identity = InstanceIdentity(service: service, instance: instance)
        if let names = keys["names"].flatMap({ self.names($0) }) {
            file.names.append(NameDeclaration(service: .name(service), instance: .name(instance), names: names))
        }
        if let address, let timeout {
            file.scrapes.append(ScrapeTarget(identity: identity, address: address, timeout: timeout, place: value.place))
        }
    }

    /// What a group says of what its processes report: a page, and names.
    mutating func reports(
        _ keys: [String: PlacedYAML], of service: NameTemplate, _ instance: NameTemplate, in file: inout WatchFile
    ) {
        if let page = keys["scrape"], let (address, timeout) = self.page(page) {
            if let service = service.plainName, let instance = instance.plainName {
                file.scrapes.append(
                    ScrapeTarget(
                        identity: InstanceIdentity(service: service, instance: instance), address: address, timeout: timeout,
                        place: page.place))
            } else {
                note(
                    "scrape goes with a group of one name: name each instance with its url below scrape: of the file",
                    at: page.place)
            }
        }
        guard let value = keys["names"], let names = names(value) else { return }
        guard let service = service.plainName else {
            note(
                "names goes with a plain service: write it below services: of the file, with a pattern of names",
                at: value.place)
            return
        }
        file.names.append(
            NameDeclaration(service: .name(service), instance: instance.plainName.map { .name($0) }, names: names))
    }

    /// The page of a group: its address, or a map with it.
    private mutating func page(_ value: PlacedYAML) -> (ScrapeAddress, Duration)? {
        if case .scalar = value.value { return address(value).map { ($0, ScrapeLimits.timeout.value) } }
        guard let keys = keys(of: value, WatchKey.ofGroupScrape, in: "scrape") else { return nil }
        guard let address = address(keys, at: value.place), let timeout = timeout(keys["timeout"]) else { return nil }
        return (address, timeout)
    }

    private mutating func address(_ keys: [String: PlacedYAML], at place: TextPlace) -> ScrapeAddress? {
        guard let url = keys["url"] else {
            note("url is missing: write where the page is, such as http://127.0.0.1:9464/metrics", at: place)
            return nil
        }
        return address(url)
    }

    private mutating func address(_ value: PlacedYAML) -> ScrapeAddress? {
        guard let text = pattern(value, "url", "serve the page under a shorter path") else { return nil }
        do throws(ScrapeAddressFault) { return try ScrapeAddress(text) } catch {
            note("url \(text.quotedExcerpt()) \(error.reason)", at: value.place)
            return nil
        }
    }

    /// The time that a page may take; `nil` when something is wrong with it.
    private mutating func timeout(_ value: PlacedYAML?) -> Duration? {
        guard let value else { return ScrapeLimits.timeout.value }
        guard let text = text(value, "timeout") else { return nil }
        let range = ScrapeLimits.shortestTimeout.value...ScrapeLimits.longestTimeout.value
        guard let timeout = DurationText.parse(text), range.contains(timeout) else {
            note(
                "timeout \(text.quotedExcerpt()) is no duration from \(DurationText.string(range.lowerBound)) to "
                    + "\(DurationText.string(range.upperBound)): write one such as 500ms", at: value.place)
            return nil
        }
        return timeout
    }

    private mutating func plainName(_ value: PlacedYAML, _ key: String) -> String? {
        guard let template = name(value, key) else { return nil }
        guard let name = template.plainName else {
            note(
                "\(key) has ${…}, and a page has no command to capture from: write one element for each instance, with no other than ${host}",
                at: value.place)
            return nil
        }
        return name
    }

    /// One instance has one page, or each would end what the other says.
    mutating func refuseRepetitions(_ scrapes: [ScrapeTarget]) {
        var places: [InstanceIdentity: TextPlace] = [:]
        for target in scrapes {
            guard let first = places.updateValue(target.place, forKey: target.identity) else { continue }
            note("\(target.identity) has a page in line \(first.line) already: name another instance", at: target.place)
        }
    }

    // MARK: - Names

    /// What services that report by themselves call things, below `services`.
    mutating func service(_ value: PlacedYAML, in file: inout WatchFile) {
        guard let keys = keys(of: value, WatchKey.ofService, in: "an element of services") else { return }
        for key in ["service", "names"] where keys[key] == nil {
            note("\(key) is missing: write service: with a name or a pattern (*, ?), and names: with a map", at: value.place)
        }
        let service = keys["service"].flatMap { pattern($0, "service", "write a shorter one") }
        let instance = keys["instance"].map { pattern($0, "instance", "write a shorter one") }
        guard let service, let names = keys["names"].flatMap({ self.names($0) }) else { return }
        if case .some(nil) = instance { return }
        file.names.append(
            NameDeclaration(
                service: .glob(glob(service)), instance: (instance ?? nil).map { .glob(glob($0)) }, names: names))
    }

    /// A pattern of names, with the machine's own in place of `${host}`.
    func glob(_ pattern: String) -> PathGlob {
        // A sign of a pattern in the name stands for one character.
        let name = NameTemplate.legalName(ofHost: host).replacing("*", with: "?")
        return PathGlob(pattern.replacing("${\(NameTemplate.host)}", with: name))
    }

    /// Which metrics are the heap, the queue and so on; `nil` when something is wrong with it.
    private mutating func names(_ value: PlacedYAML) -> [KnownName: [SeriesSelector]]? {
        let before = faults.count
        guard let keys = keys(of: value, KnownName.allCases.map(\.key), in: "names") else { return nil }
        if keys.isEmpty, faults.count == before {
            note("names says nothing: write a map such as { heap: my_heap_bytes }, or leave the key out", at: value.place)
        }
        var names: [KnownName: [SeriesSelector]] = [:]
        var taken: [ByteText: KnownName] = [:]
        // In the order of the keys, so that the errors of two runs are the same.
        for name in KnownName.allCases {
            guard let own = keys[name.key] else { continue }
            for (selector, place) in selectors(of: name, own) {
                if let other = taken.updateValue(name, forKey: ByteText(selector.key)) {
                    note(
                        "\(selector.description.quotedExcerpt()) is \(other.key) already: it is one of the two", at: place)
                }
                names[name, default: []].append(selector)
            }
        }
        return faults.count == before ? names : nil
    }

    /// The series of one name: a text, or a list of texts.
    private mutating func selectors(of name: KnownName, _ value: PlacedYAML) -> [(SeriesSelector, TextPlace)] {
        let most = WatchLimits.names.value
        var elements = [value]
        if case .sequence(let several) = value.value { elements = several }
        if elements.isEmpty { note("\(name.key) is an empty list: write the name of a metric", at: value.place) }
        if elements.count > most {
            note(
                "more than \(most) in \(name.key): select several by one expression, label=~\"one|two\"",
                at: elements[most].place)
        }
        return elements.prefix(most).compactMap { element in selector(of: name, element).map { ($0, element.place) } }
    }

    private mutating func selector(of name: KnownName, _ value: PlacedYAML) -> SeriesSelector? {
        guard let text = pattern(value, name.key, "select by fewer labels") else { return nil }
        do throws(SeriesSelectorFault) {
            let selector = try SeriesSelector(text)
            guard !name.families.contains(where: { $0.name == selector.name }) else {
                note("\(name.key) is \(selector.name) by itself: leave it out, or name another metric", at: value.place)
                return nil
            }
            return selector
        } catch {
            note("\(name.key) \(text.quotedExcerpt()) \(error.reason)", at: value.place)
            return nil
        }
    }
}
