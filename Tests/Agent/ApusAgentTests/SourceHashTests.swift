import ApusAgent
import Testing

private func a(_ count: Int) -> String { String(repeating: "a", count: count) }

/// The vectors of FIPS 180-4's examples, and lengths around a block, against openssl's values.
@Suite struct SourceHashTests {
    @Test(arguments: [
        ("", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="), ("abc", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
        ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "JI1qYdIGOLjlwCaTDD5gOaM85Flk/yFn9uzt1BnbBsE="),
        (a(55), "n0OQ+NMMLdkuyfCVtl4rmumwqSWlJY4kHJ8ekQ9zQxg="), (a(56), "s1Q5pKxvCUi21vnjxq8PX1kM4g8b3nCQ73lwaG7Gc4o="),
        (a(63), "fT50oF19sVvOStnsBljqmOPwbu7PFrTG//LaRX3cLzQ="), (a(64), "/+BU/nrgy23GXDr5th1SCfQ5hR20PQulmXM33xVGaOs="),
        (a(65), "Y1NhxIu56rFBmOduqKt/GkFoXWrWKqkUbTAdTxfrCuA="), (a(1_000_000), "zcduXJkU+5KBocfihNc+Z/GAmkiklyAOBG05zMcRLNA="),
    ])
    func `is SHA-256 in base64`(source: String, hash: String) { #expect(SourceHash.text(of: source) == hash) }
}
