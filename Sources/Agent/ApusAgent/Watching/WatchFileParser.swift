import ApusLimits
import AgentMetrics
import ApusJournal
import ApusText
import ApusYAML

/// Makes groups of what a file says, and notes all that is wrong with it.
struct WatchFileParser {
    private(set) var faults: [WatchFault]
    /// What the machine is called.
    let host: String
    /// Names of metrics that the agent serves besides its own, such as those of patterns of the journal.
    var taken: Set<String> = []
    /// What is known of paths whose file systems may not answer.
    var paths = PathBook()
    /// What is no fault and may still not be meant.
    private(set) var remarks: [WatchFault] = []

    mutating func note(_ reason: String, at place: TextPlace) { faults.append(WatchFault(place: place, reason: reason)) }

    mutating func remark(_ reason: String, at place: TextPlace) { remarks.append(WatchFault(place: place, reason: reason)) }

    /// What the file names that is without fault.
    mutating func file(_ root: PlacedYAML) -> WatchFile {
        var file = WatchFile()
        guard let keys = keys(of: root, WatchKey.ofFile, in: "the file") else { return file }
        if keys.isEmpty { note(Self.nothing, at: root.place) }
        for value in list(keys["groups"], "groups", most: WatchLimits.groups.value, Self.fewerGroups) {
            if let group = group(value, in: &file) { file.groups.append(group) }
        }
        refuseRepetitions(file.groups)
        for value in list(keys["scrape"], "scrape", most: ScrapeLimits.pages.value, "run a second agent for others") {
            scrape(value, in: &file)
        }
        refuseRepetitions(file.scrapes)
        // Groups have pages too.
        let most = ScrapeLimits.pages.value
        if file.scrapes.count > most, !faults.contains(where: { $0.reason.hasPrefix("more than \(most) in scrape") }) {
            note("\(file.scrapes.count) pages, of which \(most) are the most: run a second agent for others", at: root.place)
        }
        file.probes = probes(keys["probes"])
        for value in list(keys["services"], "services", most: WatchLimits.groups.value, "name several by one pattern") {
            service(value, in: &file)
        }
        if let value = keys["journal"] { file.journal = journalChoice(value) }
        if let value = keys["trust"], !value.isNull { file.trust = trust(value) }
        return file
    }

    /// What is wrong with a file that names nothing, as one has that was cut off.
    static let nothing =
        "nothing is named to watch: write groups:, scrape:, probes:, services:, journal: or trust: with what belongs below it, or groups: [] where nothing is to be watched"

    private static let fewerGroups = "name several instances by one group with ${name}"

    /// The elements of a list below a key of the file.
    mutating func list(_ value: PlacedYAML?, _ key: String, most: Int, _ remedy: String) -> ArraySlice<PlacedYAML> {
        // Where every element below the key is a comment.
        guard let value, !value.isNull else { return [] }
        guard case .sequence(let elements) = value.value else {
            note(
                "\(key) is \(value.kind): write a list of \(["groups", "users"].contains(key) ? key : "maps"), or [] for none",
                at: value.place)
            return []
        }
        if elements.count > most { note("more than \(most) in \(key): \(remedy)", at: elements[most].place) }
        return elements.prefix(most)
    }

    /// One instance is of one group, or its counts would be of two.
    private mutating func refuseRepetitions(_ groups: [GroupDeclaration]) {
        var places: [ByteText: TextPlace] = [:]
        for group in groups {
            guard let service = group.service.plainName, let instance = group.instance.plainName else { continue }
            let name = "\(service)/\(instance)"
            if let first = places[ByteText(name)] {
                note(
                    "the group \(name) is in line \(first.line) already: name another instance, or put the maps of both below one match",
                    at: group.place)
            } else {
                places[ByteText(name)] = group.place
            }
        }
    }

    // MARK: - Groups

    private mutating func group(_ value: PlacedYAML, in file: inout WatchFile) -> GroupDeclaration? {
        guard let keys = keys(of: value, WatchKey.ofGroup, in: "a group") else { return nil }
        let selectors = keys["match"].map { self.selectors($0) }
        let capturesHost = selectors?.contains { $0.captures?.contains(NameTemplate.host) ?? false } ?? false
        let service = keys["service"].flatMap { name($0, "service", capturesHost: capturesHost) }
        if keys["service"] == nil { note("service is missing: write the label service of the group", at: value.place) }
        let instance = keys["instance"].map { name($0, "instance", capturesHost: capturesHost) } ?? service
        let descendants = keys["descendants"].map { boolean($0, "descendants") } ?? true
        if let service, let instance { reports(keys, of: service, instance, in: &file) }
        guard let selectors else {
            note("match is missing: say which processes belong to the group", at: value.place)
            return nil
        }
        for case let (key?, template?) in [(keys["service"], service), (keys["instance"], instance)] {
            requireCaptures(of: template, by: selectors, at: key.place)
        }
        let whole = selectors.compactMap(\.selector)
        guard let service, let instance, let descendants, whole.count == selectors.count, !whole.isEmpty else { return nil }
        return GroupDeclaration(
            service: service, instance: instance, selectors: whole,
            // A group of control groups is what is in them.
            includesDescendants: descendants && !whole.allSatisfy(\.isOfControlGroups), place: value.place)
    }

    /// Whatever selector matches a process must give the name all that it refers to.
    private mutating func requireCaptures(of template: NameTemplate, by selectors: [SelectorReading], at place: TextPlace) {
        for name in Set(template.captures).sorted() {
            for selector in selectors {
                guard let captures = selector.captures, !captures.contains(name) else { continue }
                let remedy =
                    switch name {
                    case GroupDeclaration.container: ", or give it a cgroup or a unit"
                    case NameTemplate.host: ", or into none of the group, where ${host} is the machine's name"
                    default: ""
                    }
                note(
                    "the match in line \(selector.place.line) captures no ${\(name)}: write (?<\(name)>…) into its command\(remedy)",
                    at: place)
                break
            }
        }
    }

    /// - Parameter capturesHost: whether `${host}` is what a command captures, and not the machine's name.
    mutating func name(_ value: PlacedYAML, _ key: String, capturesHost: Bool = false) -> NameTemplate? {
        guard let text = text(value, key) else { return nil }
        do throws(NameTemplateFault) {
            let template = try NameTemplate(text)
            guard !capturesHost, template.captures.contains(NameTemplate.host) else { return template }
            if Self.sharedNames.contains(host), !remarks.contains(where: { $0.reason == Self.sharedName }) {
                remark(Self.sharedName, at: value.place)
            }
            return template.naming(host: host)
        } catch {
            note("\(key) \(text.quotedExcerpt()) \(Self.reason(error))", at: value.place)
            return nil
        }
    }

    /// What machines are called that nobody has given a name.
    private static let sharedNames: Set = ["", "(none)", "localhost", "localhost.localdomain"]
    private static let sharedName =
        "this host has no name of its own, so that ${host} does not tell it from others: give it one (hostnamectl hostname NAME), and reload the agent"

    private static func reason(_ fault: NameTemplateFault) -> String {
        switch fault {
        case .unclosed: "has ${ without } behind it: write ${name}"
        case .unnamed: "has ${} without a name: write ${name}, with the name of a group of the command"
        case .name: "is no name: write 1 to 128 bytes, no character that is not seen, and none of / , \" \\"
        }
    }

    // MARK: - Values

    /// The values of a map by their keys; `nil` when it is none. Keys that are not known are noted.
    ///
    /// - Parameter refused: keys that are taken as well, for whoever asks to say what to write in their place.
    mutating func keys(
        of value: PlacedYAML, _ known: [String], refused: [String] = [], in what: String
    ) -> [String: PlacedYAML]? {
        guard case .mapping(let members) = value.value else {
            note("\(what) is \(value.kind): write a map with the keys \(known.joined(separator: ", "))", at: value.place)
            return nil
        }
        var values: [String: PlacedYAML] = [:]
        for member in members {
            if let key = (known + refused).first(where: { member.key.hasSameBytes(as: $0) }) {
                values[key] = member.value
            } else {
                let remedy =
                    EditDistance.nearest(to: member.key, among: known).map { "write \($0)" }
                    ?? "the keys are \(known.joined(separator: ", "))"
                note("\(member.key.quotedExcerpt()) is no key of \(what): \(remedy)", at: member.place)
            }
        }
        return values
    }

    mutating func text(_ value: PlacedYAML, _ key: String) -> String? {
        guard case .scalar(let text, _) = value.value, !value.isNull else {
            note("\(key) is \(value.kind): write a text", at: value.place)
            return nil
        }
        guard !text.isEmpty else {
            note("\(key) is empty: write a text, or leave the key out", at: value.place)
            return nil
        }
        guard !text.utf8.contains(0) else {
            note("\(key) has a null byte: leave it out", at: value.place)
            return nil
        }
        return text
    }

    mutating func boolean(_ value: PlacedYAML, _ key: String) -> Bool? {
        guard let text = text(value, key) else { return nil }
        switch text {
        case "true", "yes": return true
        case "false", "no": return false
        default:
            note("\(key) is \(text.quotedExcerpt()): write true or false", at: value.place)
            return nil
        }
    }
}

/// The keys of the file's maps.
enum WatchKey {
    static let ofFile = ["groups", "scrape", "probes", "services", "journal", "trust"]
    static let ofTrust = ["reload", "reports"]
    static let ofUsers = ["users", "groups"]
    static let ofReporter = ["service", "instance", "users", "groups", "takeover"]
    static let ofGroup = ["service", "instance", "match", "descendants", "scrape", "names"]
    static let ofMatch = ["executable", "command", "user", "pid_file", "unit", "cgroup"]
    static let ofScrape = ["service", "instance", "url", "timeout", "names"]
    static let ofGroupScrape = ["url", "timeout"]
    static let ofService = ["service", "instance", "names"]
}
