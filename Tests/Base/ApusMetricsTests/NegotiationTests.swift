import ApusMetrics
import Testing

@Suite struct NegotiationTests {
    private static let prometheus242 =
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
        + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
    private static let prometheus242Protobuf =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
        + "application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,"
        + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
    /// 3.0 names the scheme in each range, and twice in text 1.0.0.
    private static let prometheus30 =
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
        + "application/openmetrics-text;version=0.0.1;escaping=allow-utf-8;q=0.5,"
        + "text/plain;version=1.0.0;escaping=allow-utf-8;escaping=allow-utf-8;q=0.4,"
        + "text/plain;version=0.0.4;escaping=allow-utf-8;q=0.3,*/*;q=0.2"
    private static let prometheus30Protobuf =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;escaping=allow-utf-8;q=0.6,"
        + "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
        + "application/openmetrics-text;version=0.0.1;escaping=allow-utf-8;q=0.4,"
        + "text/plain;version=1.0.0;escaping=allow-utf-8;escaping=allow-utf-8;q=0.3,"
        + "text/plain;version=0.0.4;escaping=allow-utf-8;q=0.2,*/*;q=0.1"
    private static let prometheus253 =
        "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
        + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
    private static let prometheus253Protobuf =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.5,"
        + "application/openmetrics-text;version=1.0.0;q=0.4,application/openmetrics-text;version=0.0.1;q=0.3,"
        + "text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
    private static let prometheus35 =
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
        + "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
        + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
    private static let prometheus35Protobuf =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,"
        + "application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.5,"
        + "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=underscores;q=0.3,"
        + "text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
    private static let chromium =
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
        + "application/signed-exchange;v=b3;q=0.7"

    @Test(
        arguments: [
            (prometheus242, ExpositionFormat.openMetrics100, nil), (prometheus242Protobuf, .protobuf, nil),
            (prometheus253, .openMetrics100, nil), (prometheus253Protobuf, .protobuf, nil),
            (prometheus30Protobuf, .protobuf, .allowUTF8),
            (prometheus30, .openMetrics100, .allowUTF8), (prometheus35, .openMetrics100, .allowUTF8),
            (prometheus35Protobuf, .protobuf, nil),
            // Prometheus 3.5 with one protocol in `scrape_protocols`.
            ("text/plain;version=0.0.4;q=0.6,*/*;q=0.5", .text004, nil),
            ("text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,*/*;q=0.5", .text004, nil),
            ("text/plain;version=0.0.4;escaping=allow-utf-8;q=0.6,*/*;q=0.5", .text004, .allowUTF8),
            (
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,*/*;q=0.5",
                .protobuf, nil
            ),
            // vmagent, curl, browsers, old Java clients.
            ("text/plain;version=0.0.4;q=1,*/*;q=0.1", .text004, nil), ("*/*", .text004, nil), (chromium, .text004, nil),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", .text004, nil),
            ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", .text004, nil),
        ] as [(String, ExpositionFormat, EscapingScheme?)])
    func `real clients get the format that they ask for`(accept: String, format: ExpositionFormat, escaping: EscapingScheme?) {
        let negotiated = Negotiation.format(accept: accept)
        #expect(negotiated.format == format)
        #expect(negotiated.escaping == escaping)
        #expect(negotiated.contentType == format.contentType + (escaping.map { "; escaping=\($0.rawValue)" } ?? ""))
    }

    @Test(arguments: [
        // Weights, in any order and with white space.
        ("text/plain;q=0.4, application/openmetrics-text;q=0.5", ExpositionFormat.openMetrics100),
        ("application/openmetrics-text ; version=1.0.0 ; q=0.4 , text/plain\t;\tq=0.5", .text004),
        ("text/plain;q=0.001,application/openmetrics-text;q=0.002", .openMetrics100),
        ("text/plain;q=0.,application/openmetrics-text;q=1.", .openMetrics100),
        ("TEXT/PLAIN;Q=0.1,Application/*;q=0.2", .openMetrics100),
        // Zero excludes; all excluded, or nothing that is served, is text.
        ("text/plain;q=0,*/*", .openMetrics100), ("application/openmetrics-text;q=0,application/*;q=1,*/*;q=0.1", .text004),
        ("*/*;q=0", .text004), ("application/json", .text004), ("application/vnd.google.protobuf", .text004),
        ("application/openmetrics-text;version=0.0.1", .text004),
        // 2.0 is for who names it.
        ("application/openmetrics-text;version=2.0.0", .openMetrics200),
        (#"application/openmetrics-text; version="2.0.0"; charset=utf-8"#, .openMetrics200),
        (
            "application/openmetrics-text;version=2.0.0,application/openmetrics-text;version=1.0.0;q=0.9,*/*;q=0.1",
            .openMetrics200
        ),
        ("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=2.0.0;q=0.9", .openMetrics100),
        ("application/openmetrics-text", .openMetrics100), ("application/openmetrics-text;charset=utf-8", .openMetrics100),
        ("application/openmetrics-text;version=2.0.0;q=0,application/openmetrics-text", .openMetrics100),
        ("application/openmetrics-text;version=1.0.0;q=0,application/*", .text004), ("*/*;version=2.0.0", .text004),
        ("application/openmetrics-text;version=2.0.0-rc0", .text004), ("application/openmetrics-text;version=2", .text004),
        // Protobuf is for who names the message and its delimiters, in any case of letters.
        ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily", .text004),
        ("application/vnd.google.protobuf;encoding=delimited", .text004),
        ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text", .text004),
        ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=compact-text", .text004),
        ("application/vnd.google.protobuf;proto=io.prometheus.Other;encoding=delimited", .text004),
        ("Application/Vnd.Google.Protobuf;Proto=IO.Prometheus.Client.MetricFamily;Encoding=Delimited", .protobuf),
        ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0,*/*", .text004),
        (
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.1,text/plain;q=0.2",
            .text004
        ),
        // The most specific range says the weight, wherever it stands.
        ("application/*;q=1,application/openmetrics-text;q=0.1,text/plain;q=0.5", .text004),
        ("application/openmetrics-text;version=1.0.0;q=0.1,application/openmetrics-text,text/plain;q=0.5", .text004),
        ("*/*;q=0.9,text/*;q=0.1", .openMetrics100), ("text/plain;q=0.2,text/plain;q=0.8,application/*;q=0.5", .text004),
        // Equal weights: the more specific, then the first, then text.
        ("text/plain,application/openmetrics-text;version=1.0.0", .openMetrics100),
        ("application/openmetrics-text,text/plain", .openMetrics100), ("text/plain,application/openmetrics-text", .text004),
        ("text/*,application/*", .text004), ("application/*", .openMetrics100),
        // Parameters: quoted, with commas and semicolons inside, of either case; unknown ones do not match.
        (#"application/openmetrics-text;version="1.0.0";charset="UTF-8""#, .openMetrics100),
        (#"application/openmetrics-text;version="1\.0.0""#, .openMetrics100),
        (#"application/x;a="b,text/plain;q=1;\",*/*";q=0.2,application/openmetrics-text;q=0.1"#, .openMetrics100),
        ("application/openmetrics-text;charset=latin1", .text004), ("application/openmetrics-text;shape=round", .text004),
        // Malformed elements are left out.
        ("", .text004), (",,;,", .text004), ("/,*,*/,/*,text,;q=1,=;=", .text004),
        ("application/openmetrics-text;q=2", .text004),
        ("application/openmetrics-text;q=-1", .text004), ("application/openmetrics-text;q=nan", .text004),
        ("application/openmetrics-text;q=0x1", .text004), ("application/openmetrics-text;q=", .text004),
        ("application/openmetrics-text;q=1e0", .text004), ("application/openmetrics-text;version", .text004),
        (#"application/openmetrics-text;version="1.0.0"#, .text004),
        (#"application/openmetrics-text;version="1.0.0\"#, .text004),
        (#"application/openmetrics-text;version="1.0.0"x"#, .text004),
        ("text/plain;q=x,application/openmetrics-text", .openMetrics100),
        ("application/openmetrics-text;;version=1.0.0;", .openMetrics100),
        ("\u{0}é,application/openmetrics-text", .openMetrics100),
    ])
    func `the format follows RFC 9110`(accept: String, format: ExpositionFormat) {
        #expect(Negotiation.format(accept: accept).format == format)
    }

    @Test func `a format that the server does not offer is not chosen`() {
        let offered: [ExpositionFormat] = [.text004, .openMetrics100]
        #expect(Negotiation.format(accept: Self.prometheus242Protobuf, offering: offered).format == .openMetrics100)
        #expect(Negotiation.format(accept: Self.prometheus242Protobuf, offering: []).format == .text004)
    }

    @Test func `without a header text is served`() {
        #expect(Negotiation.format(accept: nil).contentType == "text/plain; version=0.0.4; charset=utf-8")
    }

    @Test(arguments: [
        ("allow-utf-8", "; escaping=allow-utf-8"), ("underscores", "; escaping=underscores"), ("values", "; escaping=values"),
        ("dots", "; escaping=underscores"), ("unheard-of", ""), ("\"values\"", "; escaping=values"),
    ])
    func `the scheme that was asked for is echoed when it is known`(asked: String, echoed: String) {
        let negotiated = Negotiation.format(accept: "application/openmetrics-text;version=1.0.0;escaping=\(asked)")
        #expect(negotiated.contentType == "application/openmetrics-text; version=1.0.0; charset=utf-8" + echoed)
    }

    @Test(
        arguments: [
            (nil, ContentCoding.identity), ("", .identity), ("gzip", .gzip), ("identity", .identity), ("zstd", .zstd),
            ("gzip, deflate, br", .gzip), ("gzip, deflate, br, zstd", .zstd), ("GZIP;Q=1", .gzip), ("x-gzip", .gzip),
            ("gzip;q=0.9,zstd;q=0.8", .gzip), ("gzip;q=0.5,zstd;q=0.5", .zstd), ("gzip;q=0", .identity), ("br", .identity),
            ("*", .gzip), ("*;q=0", .identity), ("gzip;q=0,*", .identity), ("zstd;q=0,*;q=0.1", .gzip),
            ("identity,gzip;q=0.5", .identity), ("identity;q=0.5,gzip;q=0.5", .gzip), ("*,gzip;q=0.5", .identity),
            ("identity;q=0,gzip;q=0", .identity), ("gzip;q=0.001", .gzip), ("gzip;q=1.5,zstd;q=x", .identity),
            (",;,gzip", .gzip),
        ] as [(String?, ContentCoding)])
    func `the coding follows the weights`(accept: String?, coding: ContentCoding) {
        #expect(Negotiation.encoding(acceptEncoding: accept) == coding)
    }

    @Test func `a coding that the server has not is not chosen`() {
        #expect(Negotiation.encoding(acceptEncoding: "zstd, gzip;q=0.1", offering: [.gzip]) == .gzip)
        #expect(Negotiation.encoding(acceptEncoding: "zstd, gzip", offering: []) == .identity)
    }

    @Test func `a field of combining marks is passed over in no time`() {
        let marks = "a" + String(repeating: "\u{0315}\u{0300}", count: 2000)
        let start = ContinuousClock.now
        for _ in 0..<20 {
            #expect(Negotiation.encoding(acceptEncoding: "\(marks), gzip") == .gzip)
            let format = Negotiation.format(
                accept: "\(marks);q=1, text/plain;version=\"\(marks)\", application/openmetrics-text;q=0.5")
            #expect(format.format == .openMetrics100)
        }
        #expect(ContinuousClock.now - start < .seconds(1))
    }
}
