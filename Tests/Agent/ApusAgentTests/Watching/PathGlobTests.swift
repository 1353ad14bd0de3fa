import ApusAgent
import Testing

@Suite struct PathGlobTests {
    @Test(arguments: [
        ("node", "node", true), ("node", "node1", false), ("node*", "node18", true), ("no?e", "node", true),
        ("no?e", "noe", false),
        ("/srv/*/node", "/srv/a/node", true), ("/srv/*/node", "/srv/a/b/node", false), ("/srv/**/node", "/srv/a/b/node", true),
        ("/srv/**/node", "/srv/node", true), ("/srv/**/node", "/srvnode", false), ("/srv/?", "/srv//", false),
        ("**", "", true), ("**", "/a/b", true), ("*", "/a", false), ("**/node", "node", true), ("**/node", "/a/node", true),
        ("a[b]c", "a[b]c", true), ("a[b]c", "abc", false), ("ü?", "üö", true), ("/a/***/b", "/a/x/y/b", true), ("", "", true),
        ("", "a", false),
    ])
    func `a pattern matches whole paths`(pattern: String, path: String, wanted: Bool) {
        #expect(PathGlob(pattern).matches(path) == wanted)
    }

    @Test(arguments: [
        ("/system.slice/nginx.service", "/system.slice/nginx.service", true),
        ("/system.slice/nginx.service", "/system.slice/nginx.service/worker", true),
        ("/system.slice/nginx.service", "/system.slice/nginx.service2", false),
        ("/kubepods.slice/*/cri-containerd-*.scope", "/kubepods.slice/pod1/cri-containerd-ab.scope/x", true),
        ("/kubepods.slice/*/cri-containerd-*.scope", "/kubepods.slice/burstable/pod1/cri-containerd-ab.scope", false),
        ("/kubepods.slice/**/cri-containerd-*.scope", "/kubepods.slice/burstable/pod1/cri-containerd-ab.scope", true),
        ("/a", "/", false),
    ])
    func `what is below a folder that matches is in it`(pattern: String, path: String, wanted: Bool) {
        #expect(PathGlob(pattern).matches(inOrBelow: path) == wanted)
    }

    @Test(arguments: [
        ("/system.slice/nginx.service", "/system.slice", true), ("/system.slice/nginx.service", "/user.slice", false),
        ("/system.slice/nginx.service", "/system", false), ("/system.slice/*.scope", "/system.slice", true),
        ("/system.slice/*.scope", "/system.slice/a.service", false), ("/kube/**", "/kube/pod", true), ("**/a", "/x/y", true),
        ("/kube/*/a", "/kube/pod", true), ("/kube/*/a", "/kube/pod/b", false),
    ])
    func `below a folder is looked only for what can be there`(pattern: String, folder: String, wanted: Bool) {
        #expect(PathGlob(pattern).mayMatch(below: folder) == wanted)
    }

    @Test(.timeLimit(.minutes(3)))
    func `no pattern and no path takes long`() {
        let glob = PathGlob(String(repeating: "*a**", count: 250) + "b")
        #expect(!glob.matches(String(repeating: "a", count: 4096)))
    }
}
