package import NIOSSL

extension TLSConfiguration {
    /// Takes certificates with every kind of key that the library can verify, and shows one with any.
    ///
    /// By itself it offers no Ed25519 and no P-521, and servers that have such a key end the handshake. Keys that are RSA-PSS by their own kind
    /// it cannot verify at all.
    package mutating func takeAllSignatures() {
        let algorithms: [SignatureAlgorithm] = [
            .ecdsaSecp256R1Sha256, .rsaPssRsaeSha256, .rsaPkcs1Sha256, .ecdsaSecp384R1Sha384, .rsaPssRsaeSha384,
            .rsaPkcs1Sha384,
            .ed25519, .ecdsaSecp521R1Sha512, .rsaPssRsaeSha512, .rsaPkcs1Sha512,
        ]
        verifySignatureAlgorithms = algorithms
        signingSignatureAlgorithms = algorithms
        // Below TLS 1.3 the curve of a certificate has to be among those of the key exchange.
        curves = [.x25519_MLKEM768, .x25519, .secp256r1, .secp384r1, .secp521r1]
    }
}
