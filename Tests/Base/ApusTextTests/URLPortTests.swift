import ApusText
import Testing

@Suite struct `The port of a URL` {
    @Test(arguments: [
        "http://127.0.0.1:1", "http://127.0.0.1:65535/a:99999", "http://127.0.0.1", "http://127.0.0.1:/",
        "http://[::1]:80?a=b:0", "http://[fe80::99999]", "http://operator:99999@host/", "http://host#:99999", "127.0.0.1:99999",
        "",
    ])
    func `can be connected to from 1 to 65535, or where none is named`(url: String) {
        #expect(URLPort.isReachable(in: url))
    }

    @Test(arguments: [
        "http://127.0.0.1:0", "http://127.0.0.1:65536", "http://[::1]:99999/", "http://a:b@host:99999999999999999999?c",
        "http://host:+80", "http://host:8o",
    ])
    func `past that, and what is no number, cannot`(url: String) {
        #expect(!URLPort.isReachable(in: url))
    }
}
