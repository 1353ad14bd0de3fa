import ApusDeployment
import EventCatalog
import Foundation
import GeneratorTesting
import HostTesting
import Testing

@Suite struct `The message catalog` {
    @Test func `is taken by journalctl from where it is installed, with every event`() throws {
        let root = try HostRoot(shopFleet())
        try root.folder.write("", to: "var/lib/systemd/catalog/.keep")
        let options = ["--root=\(root.folder.path)", "--no-pager"]
        let update = try Command.run("journalctl", options + ["--update-catalog"])
        #expect(update.status == 0 && update.errors == "", "\(update.errors)")
        let list = try Command.run("journalctl", options + ["--list-catalog"]).output
        #expect(list.split(separator: "\n").count == CataloguedEvent.allCases.count)
        for event in CataloguedEvent.allCases {
            #expect(CataloguedEvent.isID(event.id))
            #expect(list.contains("\(event.id) Apus: \(event.subject)\n"))
            let dump = try Command.run("journalctl", options + ["--dump-catalog", event.id]).output
            #expect(dump.contains(event.explanation))
        }
    }

    @Test func `has lines that fit a terminal`() {
        for event in CataloguedEvent.allCases {
            let lines = [event.subject] + event.explanation.split(separator: "\n").map(String.init)
            #expect(lines.allSatisfy { $0.count < 80 && !$0.hasPrefix("#") && !$0.hasPrefix("--") }, "\(event)")
        }
    }

    @Test func `is documented, event by event`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = String(decoding: try Data(contentsOf: root.appendingPathComponent("docs/systemd.md")), as: UTF8.self)
        for event in CataloguedEvent.allCases { #expect(text.contains("`\(event.id)`"), "\(event)") }
    }

    @Test func `goes where journalctl looks, whatever the prefix`() throws {
        for (prefix, folder) in [("/usr", "/usr"), ("/usr/local", "/usr/local"), ("/opt/apus", "/usr/local")] {
            let installation = try HostRoot.Executables().installation(of: shopFleet(), prefix: prefix)
            #expect(installation.paths.contains("\(folder)/lib/systemd/catalog/apus.catalog"))
        }
    }
}
