import ApusLinux
import Glibc
import Testing

@Suite(.serialized) struct DescriptorLimitTests {
    @Test func `raising takes the soft limit to the hard one, and a second time changes nothing`() throws {
        var before = rlimit()
        try #require(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &before) == 0)
        defer { setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &before) }
        // Enough for what runs beside this test.
        var low = rlimit(rlim_cur: min(before.rlim_max, 4096), rlim_max: before.rlim_max)
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &low) == 0)
        #expect(DescriptorLimit.current?.soft == Int(clamping: low.rlim_cur))
        let raised = try #require(DescriptorLimit.raise())
        #expect(raised == DescriptorLimit(soft: raised.hard, hard: Int(clamping: before.rlim_max)))
        #expect(DescriptorLimit.raise() == raised)
        #expect(DescriptorLimit.current == raised)
    }
}
