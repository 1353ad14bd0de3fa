import AgentMetrics
import ApusAgent
import Testing

@Suite struct InstanceRecordTests {
    private static let record = InstanceRecord(
        identity: InstanceIdentity(service: "wörker", instance: "a=b:c d"), pid: 4711, startTicks: .max, endedAt: 12)

    @Test func `comes back from its bytes, which are as many whenever the instance ends`() {
        var record = Self.record
        for moment in [0, 1, UInt64.max] {
            record.endedAt = moment
            #expect(InstanceRecord(bytes: record.bytes) == record)
            #expect(record.bytes.count == Self.record.bytes.count)
        }
        let longest = String(repeating: "x", count: 128)
        let long = InstanceRecord(
            identity: InstanceIdentity(service: longest, instance: longest), pid: .max, startTicks: .max, endedAt: .max)
        #expect(InstanceRecord(bytes: long.bytes) == long)
    }

    @Test(arguments: [0, 1000, UInt32.max - 1])
    func `holds whose process it was, where that is known`(uid: UInt32) {
        let record = InstanceRecord(
            identity: InstanceIdentity(service: "a", instance: "uid=7"), pid: 0, startTicks: 0, uid: uid, endedAt: 5)
        #expect(InstanceRecord(bytes: record.bytes) == record)
        #expect(InstanceRecord(bytes: Self.record.bytes)?.uid == nil)
    }

    @Test func `is not made of anything else`() {
        let bytes = Self.record.bytes
        let text = String(decoding: bytes, as: UTF8.self)
        // Nor of a part of it.
        for count in 0..<bytes.count { #expect(InstanceRecord(bytes: Array(bytes.prefix(count))) == nil) }
        for (right, wrong) in [
            ("apus-instance 1", "apus-instance 2"), ("pid=4711", "pid=-1"), ("pid=4711", "pid=00"), ("pid=4711", "pid=+4711"),
            ("ended=", "uid=-1\nended="), ("ended=", "uid=01\nended="),
            ("pid=4711", "pid=99999999999"), ("service=wörker", "service="), ("service=wörker\n", ""),
            ("instance=a=b:c d", "instance=a\u{7F}"), ("start=", "begin="), ("ended=0", "ended="), ("ended=0", "ended=-"),
            ("instance=a=b:c d", "instance=\(String(repeating: "x", count: 129))"),
        ] {
            #expect(text.contains(right))
            #expect(InstanceRecord(bytes: Array(text.replacing(right, with: wrong).utf8)) == nil, "\(wrong)")
        }
        #expect(InstanceRecord(bytes: bytes + bytes) == nil)
        #expect(InstanceRecord(bytes: bytes + [0x0A]) == nil)
        #expect(InstanceRecord(bytes: [0xFF] + bytes) == nil)
    }
}
