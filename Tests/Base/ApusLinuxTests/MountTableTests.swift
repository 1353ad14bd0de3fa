import ApusLinux
import Testing

/// Which mounts of a list ask nobody.
@Suite struct MountTableTests {
    private static let base = """
        1 0 8:1 / / rw - ext4 /dev/sda1 rw
        2 1 0:5 / /mnt/team rw shared:7 - nfs4 server:/ rw
        3 1 0:6 / /mnt/team/here rw - tmpfs none rw

        """

    private func table(_ overlay: String) -> MountTable {
        var table = MountTable()
        table.take(Array((Self.base + overlay + "\n").utf8))
        return table
    }

    @Test(arguments: [
        ("lowerdir=/a:/b,upperdir=/c,workdir=/d", true),
        ("lowerdir=/a::/b,uuid=on", true),
        ("lowerdir+=/a,datadir+=/b", true),
        ("lowerdir=/mnt/team/here/x,upperdir=/mnt/teams", true),
        ("lowerdir=/a:/mnt/team/x,upperdir=/c,workdir=/d", false),
        ("lowerdir=/a,upperdir=/mnt/team,workdir=/d", false),
        ("lowerdir+=/a,datadir+=/mnt/team/b", false),
        ("lowerdir=/mnt/./team,upperdir=/c", false),
        ("lowerdir=/a/../mnt/team", false),
        ("lowerdir=a:b,upperdir=/c", false),
        (#"lowerdir=/a\134:b,upperdir=/c"#, false),
        ("upperdir=/c,workdir=/d", false),
        ("lowerdir", false),
        ("relatime", false),
    ])
    func `an overlay is as local as its layers`(options: String, isLocal: Bool) {
        let table = table("9 1 0:9 / /merged rw - overlay overlay rw,\(options)")
        #expect(table.local.contains(9) == isLocal)
        #expect(table.others[9] == (isLocal ? nil : "/merged (overlay)"))
        #expect(table.local.isSuperset(of: [1, 3]) && table.others[2] == "/mnt/team (nfs4)")
    }

    @Test func `overlays on overlays are as local as the lowest`() {
        let upper = "8 1 0:8 / /upper rw - overlay overlay rw,lowerdir=/merged/x"
        #expect(table(upper + "\n9 1 0:9 / /merged rw - overlay overlay rw,lowerdir=/a").local.contains(8))
        let remote = table(upper + "\n9 1 0:9 / /merged rw - overlay overlay rw,lowerdir=/mnt/team")
        #expect(!remote.local.contains(8) && !remote.local.contains(9))
        // One that lies on itself says nothing of what it lies on.
        #expect(!table("9 1 0:9 / /merged rw - overlay overlay rw,lowerdir=/merged/x").local.contains(9))
    }

    @Test func `what the process runs from is local, and does not make others so`() {
        var table = MountTable()
        table.take(Array("9 1 0:9 / / rw - overlay overlay rw,lowerdir=/var/lib/l1:/var/lib/l2\n".utf8))
        #expect(table.local == [9])
    }

    @Test func `a list that cannot be read leaves what was known`() {
        var table = table("")
        table.take(nil)
        #expect(table.local == [1, 3] && table.others == [2: "/mnt/team (nfs4)"])
        table.take([])
        #expect(table.local.isEmpty)
    }
}
