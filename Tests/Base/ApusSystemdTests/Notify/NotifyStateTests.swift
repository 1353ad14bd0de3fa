import ApusSystemd
import Testing

@Suite struct NotifyStateTests {
    @Test(
        arguments: [
            (NotifyState.ready, "READY=1"), (.stopping, "STOPPING=1"), (.watchdog, "WATCHDOG=1"),
            (.reloading(monotonicMicroseconds: 17), "RELOADING=1\nMONOTONIC_USEC=17"),
            (.status("watching 3 instances"), "STATUS=watching 3 instances"),
            (.status("a\nREADY=1\r\nb"), "STATUS=a READY=1 b"),
            (.extendTimeout(.milliseconds(1500)), "EXTEND_TIMEOUT_USEC=1500000"),
            (.watchdogTimeout(.seconds(30)), "WATCHDOG_USEC=30000000"), (.watchdogTrigger, "WATCHDOG=trigger"),
            (.mainProcess(42), "MAINPID=42"), (.storeDescriptors(name: "worker-1"), "FDSTORE=1\nFDNAME=worker-1"),
            (.storeDescriptors(name: "a:b\nc"), "FDSTORE=1\nFDNAME=a_b_c"),
            (
                .removeDescriptors(name: String(repeating: "x", count: 300)),
                "FDSTOREREMOVE=1\nFDNAME=" + String(repeating: "x", count: 255)
            ),
        ] as [(NotifyState, String)])
    func `a state is written as sd_notify has it`(state: NotifyState, text: String) {
        #expect(state.text == text)
    }
}
