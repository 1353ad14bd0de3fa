/// What is wrong with how a probe logs in and is protected.
extension FleetProbe {
    func accessRemarks(in fleet: Fleet) -> [String] {
        userRemarks(in: fleet) + target.files(in: fleet).flatMap { fileRemarks($0, in: fleet) }
            + protectionRemarks(in: fleet) + schemeRemarks + managementRemarks
    }

    private func userRemarks(in fleet: Fleet) -> [String] {
        guard let user = target.login(in: fleet)?.user, !LegalText.isWords(user) else { return [] }
        return ["the user “\(user)” of \(subject) is illegal: use letters, digits and . _ -"]
    }

    private func fileRemarks(_ file: ProbeFile, in fleet: Fleet) -> [String] {
        let what = file == target.login(in: fleet)?.secret ? "password" : "TLS"
        var remarks: [String] = []
        switch file {
        case .credential(let name) where !LegalText.isWords(name) || name.hasPrefix(".") || name.utf8.count > 255:
            remarks.append(
                "the credential “\(name)” of \(subject) is illegal: use 1 to 255 letters, digits and . _ -, no . first")
        case .file(let path) where !Installation.isPlainPath(path):
            remarks.append(
                "the file “\(path)” of the \(what) of \(subject) is illegal: write an absolute path of letters, digits and"
                    + " . _ - +")
        default: break
        }
        // Of the probe itself those before it, of the probes before it all.
        let others = fleet.parts(of: FleetProbe.self).prefix { $0 != self }.flatMap { probe in
            probe.target.files(in: fleet).map { (name: probe.target.name, file: $0) }
        }
        let own = target.files(in: fleet).prefix { $0 != file }.map { (name: target.name, file: $0) }
        let other = (others + own).first { $0.file != file && $0.file.secretName == file.secretName }
        if let other {
            remarks.append(
                "the \(what) of \(subject) is a secret \(file.secretName) of Docker Compose, as that of"
                    + " \(other.name) is, and another one: name its file or credential otherwise")
        }
        return remarks
    }

    /// What a probe logs in with would be anybody's on the way.
    private func protectionRemarks(in fleet: Fleet) -> [String] {
        guard target.login(in: fleet) != nil, !target.saysHowItIsProtected, let host = target.otherHost(in: fleet) else {
            return []
        }
        return [
            "\(subject) logs in at another host, \(host), without TLS: give it tls:, which can be .off where a tunnel leads there"
        ]
    }

    private var schemeRemarks: [String] {
        guard case .http(_, let url, let status, _, let tls) = target else { return [] }
        let isSecure = url.hasPrefix("https://")
        var remarks: [String] = []
        if case .verified = tls, !isSecure {
            remarks.append("\(subject) has tls:, and its URL is of http: write https://, or leave tls: out")
        }
        if tls == .off, isSecure {
            remarks.append("\(subject) has tls: .off, and its URL is of https: write http://, or leave tls: out")
        }
        for code in status where !code.isLegal {
            remarks.append("the status \(code.text) of \(subject) is no code of HTTP: use 100 to 599, or .all(of: 1) to 5")
        }
        if status.count > 32 { remarks.append("\(subject) has more than 32 codes in status: name several by .all(of:)") }
        return remarks + nameRemarks
    }

    private var managementRemarks: [String] {
        var remarks: [String] = []
        if case .rabbitMQ(_, let management?, _) = target, !(1...65535).contains(management.port) {
            remarks.append("the port \(management.port) of \(subject) is out of range: use 1 to 65535")
        }
        if case .http = target { return remarks }
        return remarks + nameRemarks
    }

    private var nameRemarks: [String] {
        switch target {
        case .http(_, _, _, _, .verified(_, _, let name?)), .redis(_, _, _, .verified(_, _, let name?)),
            .rabbitMQ(_, _, .verified(_, _, let name?)), .tcp(_, _, _, .verified(_, _, let name?)):
            LegalText.isHost(name)
                ? [] : ["the server's name “\(name)” of \(subject) is illegal: use a name or an IPv4 address"]
        default: []
        }
    }
}

extension ProbedStatus {
    fileprivate var isLegal: Bool {
        switch self {
        case .code(let code): (100...599).contains(code)
        case .all(let digit): (1...5).contains(digit)
        }
    }
}
