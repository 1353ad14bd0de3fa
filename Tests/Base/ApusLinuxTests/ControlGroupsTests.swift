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

    @Test func `in a container units are below the group that its systemd was started in`() {
        let first = ControlGroups(Array("0::/docker/4711/init.scope\n".utf8))
        #expect(first.base == "/docker/4711")
        let worker = ControlGroups(Array("0::/docker/4711/system.slice/worker.service\n".utf8))
        #expect(worker.systemUnit(below: first.base) == "worker.service")
        #expect(worker.systemUnit() == nil)
        #expect(worker.unified == "/docker/4711/system.slice/worker.service")
        #expect(ControlGroups(Array("0::/init.scope\n".utf8)).base == "")
    }

    @Test func `the groups of a process that is gone are not to be had`() {
        let error = #expect(throws: LinuxError.self) { try ControlGroups(of: .max) }
        #expect(error?.isProcessGone == true)
    }
}
