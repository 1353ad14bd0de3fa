import AgentMetrics
package import ApusLimits
package import ApusLinux
import ApusText
package import NIOCore

/// What all probes of an agent share: their event loop, and the threads for what may block.
///
/// Whatever could wait for a file system or a name server goes through here, and never onto the loop, which would stop all other probes.
package struct ProbeSurroundings: Sendable {
    package let loop: any EventLoop
    /// The folder of the unit's credentials.
    package let credentials: String?
    private let lookups: SharedCalls<ByteText, Result<[HostAddresses.Address], HostLookupFault>>
    private let files: SharedCalls<ByteText, Result<[UInt8], ProbeFailure>>
    private let look: @Sendable (String) -> Result<[HostAddresses.Address], HostLookupFault>

    /// - Parameter look: looks up a name; a test's may hang.
    package init(
        on loop: any EventLoop, credentials: String? = ProbeSecret.credentialsFolder,
        look: (@Sendable (String) -> Result<[HostAddresses.Address], HostLookupFault>)? = nil
    ) {
        self.loop = loop
        self.credentials = credentials
        lookups = SharedCalls(name: "apus-lookups", most: ProbeLimits.lookups.value)
        files = SharedCalls(name: "apus-probefiles", most: ProbeLimits.files.value)
        self.look =
            look
            ?? { name in
                Result { () throws(HostLookupFault) in
                    try HostAddresses.look(up: name, most: ProbeLimits.addresses.value)
                }
            }
    }

    /// Has nobody wait for a file or a name any more.
    package func stop() {
        lookups.stop()
        files.stop()
    }

    /// The addresses of a host, each with the port; an address leads to itself without a lookup.
    package func addresses(
        of host: String, port: Int, until deadline: NIODeadline
    ) -> EventLoopFuture<Result<[SocketAddress], ProbeFailure>> {
        if let address = try? SocketAddress(ipAddress: host, port: port) {
            return loop.makeSucceededFuture(.success([address]))
        }
        let shown = host.quotedExcerpt(253)
        return lookups.value(of: ByteText(host), on: loop, until: deadline) { [look] in look(host) }.map { result in
            switch result {
            case .success(let addresses) where addresses.isEmpty:
                .failure(ProbeFailure(.resolve, "\(shown) has no address: write one in place of the name"))
            case .success(let addresses): .success(addresses.map { SocketAddress($0, port: port) })
            case .failure(let fault): .failure(ProbeFailure(fault, of: shown))
            }
        }.flatMapErrorThrowing { error in
            .failure(
                (error as? SharedCallFault) == .late
                    ? ProbeFailure(
                        .timeout, "\(shown) is not looked up in time: see why name servers do not answer, or write its address")
                    : .lacking("a thread to look up \(shown)"))
        }
    }

    /// A secret, by the key that names it, such as `password`.
    package func secret(
        _ secret: ProbeSecret, _ key: String, until deadline: NIODeadline
    ) -> EventLoopFuture<Result<[UInt8], ProbeFailure>> {
        let place =
            switch secret {
            case .file(let path): "file\0\(path)"
            case .credential(let name): "credential\0\(name)"
            }
        return read("\(key)\0\(place)", key, until: deadline) { [credentials] in
            Result { () throws(ProbeFailure) in try secret.read(key, credentials: credentials) }
        }
    }

    /// A file that is no secret, such as certificates, by the key that names it, such as `ca_file`.
    ///
    /// - Parameter longest: the bytes that it may have.
    package func file(
        _ path: String, _ key: String, longest: ByteLimit, until deadline: NIODeadline
    ) -> EventLoopFuture<Result<[UInt8], ProbeFailure>> {
        read("\(key)\0path\0\(path)", key, until: deadline) {
            do throws(LinuxError) { return .success(try WholeFile.read(path, longest: longest.bytes)) } catch {
                return .failure(ProbeFailure(error, reading: "\(key) \(path.quotedExcerpt(200))", longest: longest))
            }
        }
    }

    /// Whether something happens that may wait for a file system: a call that has no bytes to give.
    ///
    /// - Parameter key: tells the call from all others; callers of one key share a call.
    package func call(
        _ key: String, of what: String, until deadline: NIODeadline, _ body: @escaping @Sendable () -> ProbeFailure?
    ) -> EventLoopFuture<ProbeFailure?> {
        read("call\0\(key)", what, until: deadline) { body().map { .failure($0) } ?? .success([]) }.map { result in
            if case .failure(let failure) = result { failure } else { nil }
        }
    }

    private func read(
        _ place: String, _ key: String, until deadline: NIODeadline,
        _ body: @escaping @Sendable () -> Result<[UInt8], ProbeFailure>
    ) -> EventLoopFuture<Result<[UInt8], ProbeFailure>> {
        files.value(of: ByteText(place), on: loop, until: deadline, body).flatMapErrorThrowing { error in
            .failure(
                (error as? SharedCallFault) == .late
                    ? ProbeFailure(.timeout, "\(key) is not opened in time: see why its file system does not answer")
                    : .lacking("a thread to open \(key)"))
        }
    }
}

extension SocketAddress {
    init(_ address: HostAddresses.Address, port: Int) {
        switch address.with(port: UInt16(clamping: port)) {
        case .four(let four): self.init(four)
        case .six(let six): self.init(six)
        }
    }
}
