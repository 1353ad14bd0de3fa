import ApusGenerator
import ApusTopology
import Testing

@Suite struct `The origin of a line` {
    private static func place(_ line: Int) -> SourcePlace { SourcePlace(fileID: "Shop/Fleet.swift", line: line) }

    private static let document = GeneratedFile(
        path: "a.yml",
        contents: """
            # A comment.
            global:
              interval: 15s
            jobs:
              - name: one
                targets:
                  - a:1
                  - b:2
              - name: two
            last: 1

            """,
        origins: [
            FileOrigin(.element(["global"]), place(3)), FileOrigin(.element(["jobs", "0"]), place(10)),
            FileOrigin(.element(["jobs", "0", "targets", "1"]), place(12)), FileOrigin(.element(["jobs", "1"]), place(20)),
        ])

    @Test(
        arguments: [
            (1, nil), (2, 3), (3, 3), (4, nil), (5, 10), (6, 10), (7, 10), (8, 12), (9, 20), (10, nil), (99, nil),
        ] as [(Int, Int?)])
    func `is that of the smallest element around it`(line: Int, expected: Int?) {
        #expect(Self.document.origin(ofLine: line) == expected.map(Self.place))
    }

    @Test func `in JSON is found as in YAML`() {
        let file = GeneratedFile(
            path: "a.json",
            contents: "{\n  \"panels\": [\n    {\n      \"id\": 1\n    },\n    {\n      \"id\": 2\n    }\n  ]\n}\n",
            origins: [FileOrigin(.element(["panels", "1"]), Self.place(7))])
        #expect(
            (1...10).map { file.origin(ofLine: $0) != nil } == [
                false, false, false, false, false, true, true, true, true, true,
            ])
    }

    @Test func `in a text is that of the shortest run of lines`() {
        let file = GeneratedFile(
            path: "a.conf", contents: "a\nb\nc\n",
            origins: [FileOrigin(.lines(1...3), Self.place(1)), FileOrigin(.lines(2...2), Self.place(2))])
        #expect((1...4).map { file.origin(ofLine: $0)?.line } == [1, 2, 1, nil])
    }
}
