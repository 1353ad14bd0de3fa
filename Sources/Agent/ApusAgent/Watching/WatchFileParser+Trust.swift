import ApusLimits
import ApusLinux
import ApusText
import ApusYAML

extension WatchFileParser {
    /// Who may do what, below `trust`.
    mutating func trust(_ value: PlacedYAML) -> TrustDeclaration {
        var trust = TrustDeclaration()
        guard let keys = keys(of: value, WatchKey.ofTrust, in: "trust") else { return trust }
        if let value = keys["reload"], let keys = self.keys(of: value, WatchKey.ofUsers, in: "reload") {
            trust.reload = hostUsers(keys, at: value.place)
        }
        for element in list(keys["reports"], "reports", most: WatchLimits.groups.value, "name several by one pattern") {
            if let one = reporter(element) { trust.reports.append(one) }
        }
        return trust
    }

    private mutating func reporter(_ value: PlacedYAML) -> ReporterDeclaration? {
        guard let keys = keys(of: value, WatchKey.ofReporter, in: "an element of reports") else { return nil }
        if keys["service"] == nil { note("service is missing: write a name, or a pattern with * and ?", at: value.place) }
        let service = keys["service"].flatMap { pattern($0, "service", "write a shorter one") }
        let instance = keys["instance"].map { pattern($0, "instance", "write a shorter one") }
        let takesOver = keys["takeover"].map { boolean($0, "takeover") } ?? false
        let holders = hostUsers(keys, at: value.place)
        guard let service, let takesOver else { return nil }
        if case .some(nil) = instance { return nil }
        return ReporterDeclaration(
            service: .glob(glob(service)), instance: (instance ?? nil).map { .glob(glob($0)) }, holders: holders,
            takesOver: takesOver, place: value.place)
    }

    private mutating func hostUsers(_ keys: [String: PlacedYAML], at place: TextPlace) -> HostUsers {
        if keys["users"] == nil, keys["groups"] == nil {
            note("users and groups are missing: write users: or groups: with a list, or users: [] for nobody", at: place)
        }
        return HostUsers(
            users: numbers(keys["users"], "users", "user", "id -u") { UserAccount.uid(of: $0) },
            groups: numbers(keys["groups"], "groups", "group", "id -g") { UserAccount.gid(of: $0) })
    }

    /// The numbers of names; one that this host does not have is nobody's, as one file may be for several hosts.
    private mutating func numbers(
        _ value: PlacedYAML?, _ key: String, _ kind: String, _ command: String, _ number: (String) -> UInt32?
    ) -> Set<UInt32> {
        var numbers: Set<UInt32> = []
        for element in list(value, key, most: WatchLimits.groups.value, "name a group") {
            guard let text = text(element, "a \(kind)") else { continue }
            if text.utf8.allSatisfy({ (48...57).contains($0) }) {
                if let number = UInt32(text), number != ReportPeer.unknownUser {
                    numbers.insert(number)
                } else {
                    note("\(text.quotedExcerpt()) is no number of a \(kind): write it as `\(command)` does", at: element.place)
                }
            } else if let number = number(text) {
                numbers.insert(number)
            } else {
                remark(
                    "there is no \(kind) \(text.quotedExcerpt()) on this host, so that nobody is meant here: make it and reload the agent, or write another one",
                    at: element.place)
            }
        }
        return numbers
    }
}
