import ApusLinux
import Testing

@Suite struct ControlGroupsTests {
    @Test(arguments: [
        ("0::/system.slice/nginx.service\n", "nginx.service"),
        ("0::/system.slice/system-apus\\x2dworker.slice/apus-worker@worker-1.service\n", "apus-worker@worker-1.service"),
        ("0::/system.slice/nginx.service/workers\n", "nginx.service"),
        ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/shell.scope\n", "user@1000.service"),
        ("0::/user.slice/user-1000.slice/session-3.scope\n", "session-3.scope"),
        ("0::/init.scope\n", "init.scope"),
        ("0::/system.slice/_odd.service\n", "odd.service"),
        // Beside hierarchies of version 1 systemd has one of its own.
        ("3:cpu:/\n1:name=systemd:/system.slice/cron.service\n0::/\n", "cron.service"),
    ])
    func `the unit is the first part of the path that is no slice`(text: String, unit: String) {
        #expect(ControlGroups(Array(text.utf8)).systemUnit() == unit)
    }

    @Test(arguments: [
        "", "0::/\n", "0::/process_api/12e46233\n", "0::/system.slice\n", "4:memory:/system.slice/a.service\n",
        "0:/a.service\n",
        "0::/system.slice/.service\n", "0::/system.slice/sp ace.service\n", "0::/../docker/1234\n",
    ])
    func `a process that systemd has not started is in no unit`(text: String) {
        #expect(ControlGroups(Array(text.utf8)).systemUnit() == nil)
    }

    private func groups(_ text: String) -> ControlGroups { ControlGroups(Array(text.utf8)) }

    @Test func `in a container units are below the group that its systemd was started in`() {
        let first = groups("0::/docker/4711/init.scope\n")
        let worker = groups("0::/docker/4711/system.slice/worker.service\n")
        #expect(worker.systemUnit(below: first) == "worker.service")
        #expect(worker.systemUnit() == nil)
        #expect(worker.unified == "/docker/4711/system.slice/worker.service")
        #expect(groups("0::/system.slice/a.service\n").systemUnit(below: groups("0::/init.scope\n")) == "a.service")
    }

    @Test func `a container's systemd uses the unified hierarchy though the host's own is in sight`() {
        let first = groups("9:name=systemd:/ctr-one\n0::/init.scope\n")
        let worker = groups("9:name=systemd:/ctr-one\n0::/system.slice/worker.service\n")
        #expect(worker.systemUnit(below: first) == "worker.service")
        #expect(worker.systemUnit() == "worker.service")
    }

    @Test func `the groups of a process that is gone are not to be had`() {
        let error = #expect(throws: LinuxError.self) { try ControlGroups(of: .max) }
        #expect(error?.isProcessGone == true)
    }
}
