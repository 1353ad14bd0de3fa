import ApusJournal
import Testing

@Suite struct `A pattern of units` {
    @Test(arguments: [
        ("apus-*.service", "apus-worker@worker-1.service", true),
        ("apus-*.service", "apus.target", false),
        ("apus-worker@?.service", "apus-worker@1.service", true),
        ("apus-worker@[12].service", "apus-worker@3.service", false),
        ("apus-worker@[]1].service", "apus-worker@1.service", true),
        ("nginx.service", "nginx.service", true),
        ("nginx.service", "nginxxservice.service", false),
        (#"dev-disk-by\x2dlabel.device"#, #"dev-disk-by\x2dlabel.device"#, true),
    ])
    func `matches as systemd does`(pattern: String, unit: String, matches: Bool) throws {
        #expect(try #require(UnitPattern(pattern)).matches(unit) == matches)
    }

    @Test(arguments: [
        "", "nginx", ".service", "nginx.serv", "a b.service", "a/b.service", "ünit.service", "a\n*", "[.service", "a[].service",
        "a[!]*",
    ])
    func `is refused when it can be no unit's name`(text: String) {
        #expect(UnitPattern(text) == nil)
    }

    @Test func `is as long as a name may be`() {
        #expect(UnitPattern(String(repeating: "a", count: 247) + ".service") != nil)
        #expect(UnitPattern(String(repeating: "a", count: 248) + ".service") == nil)
    }

    @Test func `is plain, and so expected, without a character that stands for others`() throws {
        #expect(try #require(UnitPattern("apus-*.service")).isGlob)
        #expect(try !#require(UnitPattern("apus-worker@worker-1.service")).isGlob)
    }

    @Test func `is reached on a bus, or by systemd's own socket`() {
        let bus = "unix:path=/run/dbus/system_bus_socket"
        #expect(UnitBusAddress(bus) == .bus(bus))
        #expect(UnitBusAddress("unix:path=/run/systemd/private") == .manager("unix:path=/run/systemd/private"))
        // An address may name a program to run, or a host.
        #expect(UnitBusAddress("unixexec:path=/bin/sh") == nil)
        #expect(UnitBusAddress("tcp:host=10.0.0.1,port=1") == nil)
    }
}
