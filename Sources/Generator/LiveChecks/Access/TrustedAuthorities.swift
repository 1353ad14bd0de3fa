import CLinux
import Foundation
import NIOSSL

/// Certificates of authorities of which each is trusted by itself, whoever signed it, as Prometheus' client and curl take them.
///
/// BoringSSL goes on from a certificate to its authority until one has signed itself, unless it reads behind a certificate that this one is
/// trusted: the form that x509(1) of OpenSSL calls a trusted certificate. The library takes that form from a file alone, so that it is
/// in memory, under a path of its own.
final class TrustedAuthorities: Sendable {
    private let file: FileHandle

    /// What the library reads, while this value lives.
    var path: String { "/proc/self/fd/\(file.fileDescriptor)" }

    /// - Returns: `nil` where there is no file in memory to be had.
    init?(_ certificates: [NIOSSLCertificate]) {
        let descriptor = apus_memfd_create("authorities")
        guard descriptor >= 0 else { return nil }
        file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard let text = try? Self.text(certificates), (try? file.write(contentsOf: Data(text.utf8))) != nil,
            FileManager.default.isReadableFile(atPath: path)
        else { return nil }
    }

    private static func text(_ certificates: [NIOSSLCertificate]) throws -> String {
        let now = Int(Date().timeIntervalSince1970)
        return try certificates.map { certificate in
            // BoringSSL does not look at the dates of a certificate at which it ends early.
            let isValid = certificate.notValidBefore <= now && now <= certificate.notValidAfter
            return try PEMForm.text(
                isValid ? "TRUSTED CERTIFICATE" : "CERTIFICATE", certificate.toDERBytes() + (isValid ? trust : []))
        }.joined()
    }

    /// What makes it one that is trusted for servers, in DER: a sequence with a sequence of purposes, of which there is 1.3.6.1.5.5.7.3.1.
    private static let trust: [UInt8] = [0x30, 12, 0x30, 10, 0x06, 8, 0x2B, 6, 1, 5, 5, 7, 3, 1]
}

/// The form of texts that RFC 7468 calls PEM.
private enum PEMForm {
    static func text(_ label: String, _ bytes: [UInt8]) -> String {
        let body = Data(bytes).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        return "-----BEGIN \(label)-----\n\(body)\n-----END \(label)-----\n"
    }
}
