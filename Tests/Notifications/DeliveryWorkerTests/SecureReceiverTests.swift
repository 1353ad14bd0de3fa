import DeliveryWorker
import HostTesting
import NIOCore
import NIOSSL
import NotificationStore
import NotificationTesting
import Testing

@Suite struct `A secure receiver` {
    let folder: TemporaryFolder
    let security: NIOSSLContext

    init() throws {
        folder = try TemporaryFolder()
        let made = try Command.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                "/CN=receiver.test", "-addext", "subjectAltName=DNS:receiver.test", "-keyout", folder.path("key.pem"), "-out",
                folder.path("cert.pem"),
            ])
        try #require(made.passed, "\(made.text)")
        security = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(folder.path("cert.pem")).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: folder.path("key.pem"), format: .pem))))
    }

    private var receivers: ReceiverSettings {
        var receivers = ReceiverSettings()
        receivers.lookup = { _ in
            Result { [try SocketAddress(ipAddress: "127.0.0.1", port: 0)] }.mapError { .unknown("\($0)") }
        }
        receivers.security.trustRoots = .file(folder.path("cert.pem"))
        return receivers
    }

    @Test func `is connected to by its address, and known by its name`() async throws {
        try await withStore { store in
            try await RawReceiver.run(security: security, answer: { _ in .bytes("HTTP/1.1 204 X\r\n\r\n") }) { receiver, port in
                let id = try await store.enqueueWebhooks(to: "https://receiver.test:\(port)/")[0]
                let other = try await store.enqueueWebhooks(to: "https://other.test:\(port)/")[0]
                try await WorkerUnderTest(store, receivers: receivers).run { _ in
                    try await eventually("delivered") { try await store.record(of: id).status == .delivered }
                    try await eventually("refused") { try await store.record(of: other).attempts == 1 }
                }
                #expect(receiver.hosts == ["receiver.test:\(port)"])
                let record = try await store.record(of: other)
                #expect(record.status == .pending)
                #expect(record.lastError == "no secure connection: the receiver's certificate is for another name")
            }
        }
    }

    @Test func `that speaks no TLS is told of in plain words`() async throws {
        try await withStore { store in
            try await RawReceiver.run(reply: "HTTP/1.1 400 X\r\n\r\n", answer: { _ in .nothing }) { _, port in
                let id = try await store.enqueueWebhooks(to: "https://receiver.test:\(port)/")[0]
                try await WorkerUnderTest(store, receivers: receivers).run { _ in
                    try await eventually("recorded") { try await store.record(of: id).attempts == 1 }
                }
                let error = try await store.record(of: id).lastError ?? ""
                #expect(error.contains("does not speak TLS at this port"), "\(error)")
            }
        }
    }

    @Test func `that answers 099 costs one attempt as well`() async throws {
        try await withStore { store in
            try await RawReceiver.run(security: security, answer: { _ in .bytes("HTTP/1.1 099 X\r\n\r\n") }) { _, port in
                let id = try await store.enqueueWebhooks(to: "https://receiver.test:\(port)/")[0]
                try await WorkerUnderTest(store, receivers: receivers).run { _ in
                    try await eventually("recorded") { try await store.record(of: id).attempts == 1 }
                }
                #expect(try await store.record(of: id).lastError?.contains("status 099") == true)
            }
        }
    }
}
