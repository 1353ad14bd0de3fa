import AgentMetrics
package import ApusLimits
package import ApusLinux
import ApusText
import Glibc
package import NIOCore

/// What all probes of an agent share: their event loop, and the threads for what may block.
///
/// Whatever could wait for a file system or a name server goes through here, and never onto the loop, which would stop all other probes.
package struct ProbeSurroundings: Sendable {
    package let loop: any EventLoop
    /// The folder of the unit's credentials.
    package let credentials: String?
    private let lookups: SharedCalls<ByteText, Result<[HostAddresses.Address], HostLookupFault>>
    private let files: SharedCalls<ByteText, Result<FileCall, ProbeFailure>>
    private let known = KnownAddresses()
    private let look: @Sendable (String) -> Result<[HostAddresses.Address], HostLookupFault>

    private let connect: @Sendable (UnixTarget) -> Result<ConnectedUnixSocket, ConnectedUnixSocket.Fault>
    /// Seconds since the Unix epoch.
    let realtime: @Sendable () -> Double

    /// What a call has opened or read.
    private enum FileCall: Sendable {
        case bytes([UInt8])
        case socket(ConnectedUnixSocket)
    }

    /// - Parameters:
    ///   - realtime: seconds since the Unix epoch.
    ///   - look: looks up a name; a test's may hang.
    ///   - connect: connects to a Unix socket; a test's may hang.
    package init(
        on loop: any EventLoop, credentials: String? = ProbeSecret.credentialsFolder,
        realtime: @escaping @Sendable () -> Double = { Double(time(nil)) },
        look: (@Sendable (String) -> Result<[HostAddresses.Address], HostLookupFault>)? = nil,
        connect: (@Sendable (UnixTarget) -> Result<ConnectedUnixSocket, ConnectedUnixSocket.Fault>)? = nil
    ) {
        self.loop = loop
        self.credentials = credentials
        self.realtime = realtime
        self.connect =
            connect
            ?? { target in
                Result { () throws(ConnectedUnixSocket.Fault) in try ConnectedUnixSocket(to: target.path, type: target.type) }
            }
        lookups = SharedCalls(
            name: "apus-lookups", most: ProbeLimits.lookups.value, mostOfAll: ProbeLimits.hanging.value)
        files = SharedCalls(
            name: "apus-probefiles", most: ProbeLimits.files.value, mostOfAll: ProbeLimits.hanging.value)
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
    ///
    /// While the name's lookup hangs, or nobody answers it, they are the last ones that were known, for
    /// ``ProbeLimits/knownAddresses`` at most.
    package func addresses(
        of host: String, port: Int, until deadline: NIODeadline
    ) -> EventLoopFuture<Result<[SocketAddress], ProbeFailure>> {
        if let address = try? SocketAddress(ipAddress: host, port: port) {
            return loop.makeSucceededFuture(.success([address]))
        }
        let (shown, name) = (host.quotedExcerpt(253), ByteText(host))
        let now = NIODeadline.now()
        // Not waited for to the end where there is something to go on with: the attempt needs the rest of its time.
        let latest =
            known.addresses(of: name, at: now) == nil
            ? deadline : min(deadline, now + min(Self.lookupShare, .nanoseconds((deadline - now).nanoseconds / 4)))
        return lookups.value(of: name, on: loop, until: latest) { [look, known] in
            let result = look(host)
            switch result {
            case .success(let addresses): known.keep(addresses, of: name, at: .now())
            case .failure(let fault) where fault.cause == .unknown: known.keep([], of: name, at: .now())
            case .failure: break
            }
            return result
        }.map { [known] result in
            switch result {
            case .success(let addresses) where addresses.isEmpty:
                .failure(ProbeFailure(.resolve, "\(shown) has no address: write one in place of the name"))
            case .success(let addresses): .success(addresses.map { SocketAddress($0, port: port) })
            case .failure(let fault):
                if let addresses = known.addresses(of: name, at: .now()) {
                    .success(addresses.map { SocketAddress($0, port: port) })
                } else {
                    .failure(ProbeFailure(fault, of: shown))
                }
            }
        }.flatMapErrorThrowing { [known] error in
            guard (error as? SharedCallFault) == .late else { return .failure(.lacking("a thread to look up \(shown)")) }
            if let addresses = known.addresses(of: name, at: .now()) {
                return .success(addresses.map { SocketAddress($0, port: port) })
            }
            return .failure(
                ProbeFailure(
                    .timeout, "\(shown) is not looked up in time: see why name servers do not answer, or write its address"))
        }
    }

    /// The time that a lookup has where there are addresses to go on with; a quarter of what is left where that is less.
    private static let lookupShare = TimeAmount.seconds(1)

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

    /// A file of TLS by the key that names it, such as `ca_file`; one that is a secret, `key_file`, is in no core dump.
    ///
    /// - Parameter longest: the bytes that it may have.
    package func file(
        _ path: String, _ key: String, longest: ByteLimit, until deadline: NIODeadline
    ) -> EventLoopFuture<Result<[UInt8], ProbeFailure>> {
        read("\(key)\0path\0\(path)", key, until: deadline) {
            do throws(LinuxError) {
                if key == "key_file" { try CoreDump.leaveOutMemory() }
                return .success(try WholeFile.read(path, longest: longest.bytes))
            } catch {
                return .failure(ProbeFailure(error, reading: "\(key) \(path.quotedExcerpt(200))", longest: longest))
            }
        }
    }

    /// A connection to a Unix socket. Those who ask for one socket share a call, and the one that claims the connection has it.
    package func socket(
        _ target: UnixTarget, until deadline: NIODeadline
    ) -> EventLoopFuture<Result<ConnectedUnixSocket, ProbeFailure>> {
        let key = "unix\0\(target.form.rawValue)\0\(target.path)"
        return call(key, target.path.quotedExcerpt(200), until: deadline) { [connect] in
            connect(target).map { .socket($0) }.mapError { .connecting($0.code, to: target) }
        }.map { result in
            result.flatMap { answer in
                if case .socket(let socket) = answer { .success(socket) } else { .failure(.lacking("the socket")) }
            }
        }
    }

    private func read(
        _ place: String, _ key: String, until deadline: NIODeadline,
        _ body: @escaping @Sendable () -> Result<[UInt8], ProbeFailure>
    ) -> EventLoopFuture<Result<[UInt8], ProbeFailure>> {
        call(place, key, until: deadline) { body().map { .bytes($0) } }.map { result in
            result.map { if case .bytes(let bytes) = $0 { bytes } else { [] } }
        }
    }

    private func call(
        _ place: String, _ key: String, until deadline: NIODeadline,
        _ body: @escaping @Sendable () -> Result<FileCall, ProbeFailure>
    ) -> EventLoopFuture<Result<FileCall, ProbeFailure>> {
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
