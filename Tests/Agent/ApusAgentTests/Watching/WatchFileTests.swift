import AgentMetrics
import ApusAgent
import ApusJournal
import ApusLinux
import Foundation
import HostTesting
import Testing

@Suite struct WatchFileTests {
    static let good = #"""
        # processes that are watched beside those that report
        groups:
          - service: checkout
            instance: checkout-${number}
            match:
              executable: node
              command: '^node /srv/(?<number>\d+)/server\.js'
              user: root
              pid_file: /run/checkout.pid
              unit: checkout@*.service
              cgroup: /kubepods.slice/*/cri-containerd-*.scope
            descendants: no
          - service: database
            match:
              - executable: postgres
              - unit: postgresql@*.service
        """#

    private func parse(_ text: String, host: String = "web-1") throws -> WatchFile {
        try WatchFile.parse(Array(text.utf8), path: "w.yaml", host: host)
    }

    /// The lines of all errors.
    private func errors(_ text: String) -> [String] {
        do throws(WatchFileError) { _ = try WatchFile.parse(Array(text.utf8), path: "w.yaml") } catch { return error.lines }
        return []
    }

    /// A file with one group, whose match is given, from line 4 on.
    private func errors(match: String) -> [String] { errors("groups:\n- service: a\n  match:\n    \(match)\n") }

    @Test func `a file says which groups there are`() throws {
        let groups = try parse(Self.good).groups
        #expect(groups.map(\.service.description) == ["checkout", "database"])
        #expect(groups.map(\.instance.description) == ["checkout-${number}", "database"])
        #expect(groups.map(\.selectors.count) == [1, 2])
        #expect(groups.map(\.includesDescendants) == [false, true])
        #expect(groups.map(\.place.description) == ["3:5", "13:5"])
        #expect(groups[1].selectors.map(\.place.description) == ["15:9", "16:9"])
    }

    @Test func `what is said of the journal stands beside groups, or alone`() throws {
        let text = """
            journal:
              units:
                exclude: ['run-*.service']
              containers: {include: [web, 'db-*']}
              identifiers: {include: []}
              user_units:
            """
        let file = try parse(text)
        #expect(file.groups.isEmpty)
        let choice = try #require(file.journal)
        #expect(choice.units == JournalNameChoice(exclude: ["run-*.service"].compactMap { JournalNamePattern($0) }))
        #expect(choice.containers == JournalNameChoice(include: ["web", "db-*"].compactMap { JournalNamePattern($0) }))
        #expect(choice.identifiers == JournalNameChoice(include: []))
        #expect(choice.userUnits == JournalNameChoice())
        #expect("\(choice)" == "the journal: units: all but 1 excluded; containers: 2 included; identifiers: none")
        #expect(try parse("groups: []").journal == nil)
        #expect(try parse("journal:").journal == JournalChoice())
    }

    @Test(arguments: ["groups:", "groups:\n  # - service: checkout\n", "groups: ~", "groups: []", "scrape: []", "services:"])
    func `a file that names no group is right, and watches nothing`(text: String) throws {
        let file = try parse(text)
        #expect(file.groups.isEmpty && file.scrapes.isEmpty && file.names.isEmpty)
    }

    @Test func `pages of groups count among the pages`() {
        let groups = (0..<257).map { "- {service: s\($0), match: {user: 0}, scrape: {url: 'http://127.0.0.1:1'}}" }
        #expect(
            errors("groups:\n" + groups.joined(separator: "\n"))
                == ["w.yaml:1:1: 257 pages, of which 256 are the most: run a second agent for others"])
    }

    @Test(arguments: ["", "# none yet\n", "---\n", "~"])
    func `a file that says nothing at all may have been cut off, and is an error`(text: String) {
        let nothing =
            "nothing is named to watch: write groups:, scrape:, probes:, services:, journal: or trust: with what belongs below it, or groups: [] where nothing is to be watched"
        #expect(errors(text) == ["w.yaml: \(nothing)"])
        #expect(errors("{}") == ["w.yaml:1:1: \(nothing)"])
    }

    @Test func `host in a name is the machine's, and the name is a plain one where nothing else is captured`() throws {
        let file = try parse(
            #"""
            groups:
              - service: nginx
                instance: ${host}
                match: { executable: nginx }
                scrape: http://127.0.0.1:1
                names: { heap: x }
              - service: node
                instance: ${host}-${app}
                match: { command: '(?<app>a)' }
              - service: box-${host}
                instance: ${host}-${container}
                match: { cgroup: /a }
            scrape: [{ service: mailer, instance: '${host}', url: 'http://127.0.0.1:2' }]
            """#)
        #expect(file.groups.map(\.instance.plainName) == ["web-1", nil, nil])
        #expect(file.groups.map(\.instance.captures) == [[], ["app"], ["container"]])
        #expect(file.groups[2].service.plainName == "box-web-1")
        #expect(file.scrapes.map(\.identity.description).sorted() == ["mailer/web-1", "nginx/web-1"])
        #expect(file.names.count == 1 && file.remarks.isEmpty)
    }

    @Test func `a capture of one's own that is called host stays what the command says`() throws {
        let file = try parse("groups: [{service: a, instance: '${host}', match: {command: '--on (?<host>\\w+)'}}]")
        #expect(file.groups.map(\.instance.plainName) == [nil] && file.groups.map(\.instance.captures) == [["host"]])
        let facts = ProcessFacts(
            pid: 1, name: "a", executable: nil, command: "a --on db", user: 0, unit: nil, controlGroup: nil)
        #expect(try file.groups[0].identity(of: facts)?.instance == "db")
        // Of one group it is one of the two.
        #expect(
            errors("groups:\n- service: a\n  instance: ${host}\n  match:\n  - command: (?<host>a)\n  - executable: b\n") == [
                "w.yaml:3:13: the match in line 6 captures no ${host}: write (?<host>…) into its command, or into none of the group, where "
                    + "${host} is the machine's name"
            ])
    }

    @Test func `a name that is another one's on this machine is refused there`() {
        let text =
            "groups: [{service: a, instance: web-1, match: {user: 0}}, {service: a, instance: '${host}', match: {user: 1}}]"
        #expect(throws: WatchFileError.self) { try parse(text, host: "web-1") }
        #expect(throws: Never.self) { try parse(text, host: "web-2") }
    }

    @Test(arguments: ["", "(none)", "localhost", "localhost.localdomain"])
    func `a machine without a name of its own is remarked once`(host: String) throws {
        let text =
            "groups: [{service: a, instance: '${host}', match: {user: 0}}, {service: b, instance: '${host}', match: {user: 0}}]"
        let remarks = try parse(text, host: host).remarks
        #expect(remarks.count == 1 && remarks[0].hasPrefix("w.yaml:1:33: this host has no name of its own, so that"))
    }

    @Test func `a user that this host does not have is remarked, and matches nothing`() throws {
        let text =
            "groups:\n- service: a\n  match: [{user: nobody-here}, {user: nobody-here, command: x}]\n- {service: b, match: {user: '70'}}\n"
        let file = try parse(text)
        let words =
            ": there is no user “nobody-here” on this host, so that nothing matches here: make it and reload the agent, or write another one"
        #expect(file.remarks == ["w.yaml:3:18\(words)", "w.yaml:3:39\(words)"])
        for user in [0, 70, UInt32.max] {
            let facts = ProcessFacts(
                pid: 1, name: "a", executable: nil, command: "x", user: user, unit: nil, controlGroup: nil)
            #expect(try file.groups[0].identity(of: facts) == nil)
            #expect((try file.groups[1].identity(of: facts) != nil) == (user == 70))
        }
        let many = try parse("groups: [{service: a, match: [\(String(repeating: "{user: nobody-here}, ", count: 30))]}]")
            .remarks
        #expect(many.count == 21 && many.last == "w.yaml: 10 more remarks are not listed")
    }

    @Test(arguments: [
        ("- a", "1:1: the file is a list: write a map with the keys groups, scrape, probes, services, journal, trust"),
        ("groups: {}", "1:9: groups is a map: write a list of groups, or [] for none"),
        ("journal: []", "1:10: journal is a list: write a map with the keys units, containers, user_units, identifiers"),
        ("journal: {unit: {}}", "1:11: “unit” is no key of journal: write units"),
        ("journal: {units: {only: []}}", "1:19: “only” is no key of units: the keys are include, exclude"),
        (
            "journal: {containers: {include: web}}",
            "1:33: include is a text: write a list of names and patterns, or [] for none"
        ),
        ("journal: {containers: {exclude: ['']}}", "1:34: exclude is empty: write a text, or leave the key out"),
        ("groups: []\ngroup: []", "2:1: “group” is no key of the file: write groups"),
        (
            "groups: [a]",
            "1:10: a group is a text: write a map with the keys service, instance, match, descendants, scrape, names"
        ),
        ("groups: [{match: {user: 0}}]", "1:10: service is missing: write the label service of the group"),
        ("groups: [{service: a}]", "1:10: match is missing: say which processes belong to the group"),
        ("groups: [{service: [], match: {user: 0}}]", "1:20: service is a list: write a text"),
        ("groups: [{service: ~, match: {user: 0}}]", "1:20: service is nothing: write a text"),
        ("groups: [{service: '', match: {user: 0}}]", "1:20: service is empty: write a text, or leave the key out"),
        (
            "groups: [{service: \"a\\0\", match: {user: 0}}]", "1:20: service has a null byte: leave it out"
        ),
        (
            "groups: [{service: a/b, match: {user: 0}}]",
            "1:20: service “a/b” is no name: write 1 to 128 bytes, no character that is not seen, and none of / , \" \\"
        ),
        (
            "groups: [{service: a, instance: 'a${b', match: {user: 0}}]",
            "1:33: instance “a${b” has ${ without } behind it: write ${name}"
        ),
        (
            "groups: [{service: a, instance: 'a${}', match: {user: 0}}]",
            "1:33: instance “a${}” has ${} without a name: write ${name}, with the name of a group of the command"
        ),
        (
            "groups: [{service: a, instance: 'a${n}', match: {user: 0}}]",
            "1:33: the match in line 1 captures no ${n}: write (?<n>…) into its command"
        ),
        (
            "groups: [{service: a, instance: '${container}', match: {user: 0}}]",
            "1:33: the match in line 1 captures no ${container}: write (?<container>…) into its command, or give it a cgroup or a unit"
        ),
        (
            "groups:\n- service: '${n}'\n  instance: a\n  match:\n  - command: (?<n>a)\n  - command: (?<m>a)\n",
            "2:12: the match in line 6 captures no ${n}: write (?<n>…) into its command"
        ),
        (
            "groups: [{service: a, match: {user: 0}, descendants: maybe}]",
            "1:54: descendants is “maybe”: write true or false"
        ),
        (
            "groups: [{service: a, macth: {user: 0}, match: {user: 0}}]",
            "1:23: “macth” is no key of a group: write match"
        ),
        (
            "groups:\n- service: a\n  match: {user: 0}\n- service: a\n  instance: a\n  match: {user: 1}\n",
            "4:3: the group a/a is in line 2 already: name another instance, or put the maps of both below one match"
        ),
        ("groups: [&a {service: a, match: {user: 0}}]", "1:10: an anchor (&) is not taken: leave it out"),
        ("groups: [", "2:1: this is no YAML: did not find expected node content"),
    ])
    func `an error says where, what and what to write instead`(text: String, wanted: String) {
        #expect(errors(text + "\n") == ["w.yaml:\(wanted)"])
    }

    @Test(arguments: [
        (
            "{}",
            "4:5: match chooses every process: write a map with at least one of the keys executable, command, user, pid_file, unit, cgroup"
        ),
        (
            "[]",
            "4:5: match chooses nothing: write a map with at least one of the keys executable, command, user, pid_file, unit, cgroup"
        ),
        ("node", "4:5: match is a text: write a map with the keys executable, command, user, pid_file, unit, cgroup"),
        ("comand: node", "4:5: “comand” is no key of match: write command"),
        ("banana: node", "4:5: “banana” is no key of match: the keys are executable, command, user, pid_file, unit, cgroup"),
        ("command: 'a('", "4:14: command is no regular expression of PCRE2: at its character 3: missing closing parenthesis"),
        ("executable: {}", "4:17: executable is a map: write a text"),
        ("user: 4294967295", "4:11: user “4294967295” is no number of a user: write it as `id -u` does"),
        (
            "unit: nginx", "4:11: unit “nginx” is no unit: write its name with its type, such as nginx.service, or a glob"
        ),
        ("pid_file: run/a.pid", "4:15: pid_file “run/a.pid” is no absolute path: write one, such as /run/checkout.pid"),
        (
            "cgroup: system.slice",
            "4:13: cgroup “system.slice” does not begin with a slash: write its path from the mount on, such as "
                + "/system.slice/nginx.service"
        ),
        ("cgroup: /", "4:13: cgroup “/” holds every process: write a group below it"),
    ])
    func `an error of a match does so too`(match: String, wanted: String) {
        #expect(errors(match: match) == ["w.yaml:\(wanted)"])
    }

    @Test func `lengths and numbers are bounded`() {
        #expect(
            errors(match: "command: \(String(repeating: "a", count: 1025))")
                == ["w.yaml:4:14: command has more than 1 KiB: write several maps below match"])
        #expect(
            errors(match: "[\(String(repeating: "{user: 0}, ", count: 101))]").first?.hasSuffix(
                ": more than 100 maps below match: say the same by one expression, (one|two)") == true)
        let many = (0..<1001).map { "- {service: a\($0), match: {user: 0}}\n" }.joined()
        #expect(
            errors("groups:\n\(many)") == [
                "w.yaml:1002:3: more than 1000 in groups: name several instances by one group with ${name}"
            ])
    }

    @Test func `all errors are listed in their order, twenty at the most`() {
        let text = """
            groups:
              - service: a/b
                match: {usr: 0}
                descendant: true
              - service: c
                match: {command: '(', user: 4294967295}
            """
        #expect(
            errors(text).map { $0.prefix(13) } == [
                "w.yaml:2:14: ", "w.yaml:3:13: ", "w.yaml:4:5: “", "w.yaml:6:22: ", "w.yaml:6:33: ",
            ])
        let many = errors("groups:\n" + (0..<30).map { _ in "- {service: a, match: {}}\n" }.joined())
        // Each has a fault of its match; none is a group, so that none is repeated.
        #expect(many.count == 21)
        #expect(many.last == "w.yaml: 10 more errors are not listed: mend these, and check again")
    }

    @Test func `an error is one line, whatever is in the file`() {
        for text in ["\"a\\nb\\u202E\": 1", "groups: [{service: \"a\\n/\", match: {\"b\\r\\nc\": 1}}]"] {
            let lines = errors(text)
            #expect(!lines.isEmpty)
            #expect(lines.allSatisfy { !$0.contains { $0.isNewline } && !$0.unicodeScalars.contains("\u{202E}") })
        }
    }

    @Test func `a file that cannot be read says why`() throws {
        let folder = try TemporaryFolder()
        func error(_ name: String) -> String? {
            do throws(WatchFileError) { _ = try WatchFile.read(folder.path(name)) } catch { return "\(error)" }
            return nil
        }
        let path = folder.path("w.yaml")
        #expect(error("w.yaml") == "\(path): there is no such file: write it, or name another one")
        try folder.write(String(repeating: "#\n", count: 1 << 19) + "#", to: "w.yaml")
        #expect(error("w.yaml") == "\(path): it has more than 1 MiB: name several instances by one group with ${name}")
        #expect(error("") == "\(folder.path("")): it is a folder: name a file in it")
        try folder.write(Self.good, to: "w.yaml")
        #expect(error("w.yaml") == nil)
    }

    @Test(.timeLimit(.minutes(2)), arguments: [Self.good, WatchedReportsTests.good])
    func `no change of a file's bytes does more than make errors`(text: String) {
        var generator = SeededGenerator(seed: 20_261_129)
        let good = Array(text.utf8)
        let pieces = [
            "&a ", "*a", "- ", "? ", ": ", "${", "}", "'", "\"", "\t", "\n", "|", ">", "{", "[", "!!x ", "---\n", "\0",
            "\u{85}",
        ]
        .map { Array($0.utf8) }
        var refused = 0
        for _ in 0..<2000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(contentsOf: pieces.randomElement(using: &generator) ?? [], at: place)
                case 3: bytes.removeSubrange(place..<min(bytes.count, place + 20))
                default:
                    let length = Int.random(in: 0...min(40, bytes.count - place), using: &generator)
                    bytes.insert(
                        contentsOf: bytes[place..<(place + length)], at: Int.random(in: 0...bytes.count, using: &generator))
                }
                if bytes.isEmpty { bytes = [UInt8(ascii: "a")] }
            }
            do throws(WatchFileError) { _ = try WatchFile.parse(bytes, path: "w.yaml") } catch {
                refused += 1
                #expect(!error.lines.isEmpty && error.lines.count <= 21)
                #expect(error.lines.allSatisfy { $0.hasPrefix("w.yaml:") && !$0.contains { $0.isNewline } })
            }
        }
        #expect(refused > 500 && refused < 2000)
    }
}
