import AgentMetrics
import ApusLimits
import ApusText
import NIOCore
import NIOHTTP1

/// Asks a RabbitMQ of its queues, by one of its plugins, one question after the other over one connection.
final class RabbitMQDialogue: NetworkDialogue {
    private let target: RabbitMQTarget
    private let ends = CertificateEndLook()

    init(_ target: RabbitMQTarget) { self.target = target }

    func ask(_ attempt: NetworkAttempt) {
        switch target.way {
        case .management: askWho(attempt)
        case .prometheus: askQueues(of: attempt)
        }
    }

    /// Asks for a path and takes an answer of 200.
    private func get(
        _ path: String, _ what: String, most: ByteLimit, _ attempt: NetworkAttempt, sink: ((ByteBufferView) -> Void)? = nil,
        _ take: @escaping (HTTPAnswer) -> Void
    ) {
        var question = HTTPQuestion(target: target.prefix + path, host: target.url.hostField, body: most, what: what)
        question.headers = target.login.fields(attempt.secret)
        question.sink = sink
        attempt.http.ask(question) { [self] result in
            switch result {
            case .failure(let failure): attempt.fail(failure)
            case .success(let answer) where answer.status == 200:
                guard answer.isPlain else {
                    return attempt.fail(
                        ProbeFailure(
                            .content,
                            "\(what) of \(attempt.place.text) is compressed, and that was not asked for: ask the server itself")
                    )
                }
                take(answer)
            case .success(let answer): attempt.fail(failure(answer, what, at: attempt.place))
            }
        }
    }

    private func notOfRabbitMQ(_ what: String, _ attempt: NetworkAttempt) {
        attempt.fail(
            ProbeFailure(
                .content,
                "what \(attempt.place.text) answers is not \(what) of a RabbitMQ: look whether the port is that of rabbitmq_\(target.way.rawValue)"
            ))
    }

    // MARK: - Management

    private func askWho(_ attempt: NetworkAttempt) {
        get("/api/whoami", "the user", most: NetworkProbeLimits.page.value, attempt) { [self] answer in
            guard let tags = RabbitMQManagement.json(answer.body).flatMap(RabbitMQManagement.tags) else {
                return notOfRabbitMQ("the user", attempt)
            }
            // Others are answered with 200, and with empty lists.
            guard tags.contains(where: RabbitMQManagement.sufficientTags.contains) else {
                return attempt.fail(lacksTag(attempt.place))
            }
            askTotals(attempt)
        }
    }

    private func askTotals(_ attempt: NetworkAttempt) {
        let path = "/api/overview?columns=object_totals,queue_totals,disable_stats"
        get(path, "the overview", most: NetworkProbeLimits.page.value, attempt) { [self] answer in
            var figures = RabbitMQFigures()
            guard let overview = RabbitMQManagement.json(answer.body), RabbitMQManagement.take(overview: overview, &figures)
            else {
                return notOfRabbitMQ("the overview", attempt)
            }
            askNodes(attempt, figures, lacksStatistics: RabbitMQManagement.lacksStatistics(overview))
        }
    }

    private func askNodes(_ attempt: NetworkAttempt, _ figures: RabbitMQFigures, lacksStatistics: Bool) {
        let path = "/api/nodes?columns=name,running,mem_alarm,disk_free_alarm"
        get(path, "the nodes", most: NetworkProbeLimits.page.value, attempt) { [self] answer in
            guard let json = RabbitMQManagement.json(answer.body) else { return notOfRabbitMQ("the nodes", attempt) }
            var figures = figures
            figures.nodes = RabbitMQManagement.nodes(json)
            askQueues(attempt, figures, lacksStatistics: lacksStatistics, page: 1, [:])
        }
    }

    private func askQueues(
        _ attempt: NetworkAttempt, _ figures: RabbitMQFigures, lacksStatistics: Bool, page: Int,
        _ former: [RabbitMQFigures.QueueName: RabbitMQFigures.Queue]
    ) {
        let path = queuesPath(page: page, lacksStatistics: lacksStatistics)
        get(path, "the queues", most: NetworkProbeLimits.page.value, attempt) { [self] answer in
            guard let listed = RabbitMQManagement.json(answer.body).flatMap(RabbitMQManagement.queues) else {
                return notOfRabbitMQ("the list of queues", attempt)
            }
            var figures = figures
            var queues = former
            for (name, queue) in listed.queues where target.takes(queue: name.queue) { queues[name] = queue }
            if page == 1 { figures.listedQueues = listed.count }
            let isEnough = queues.count >= NetworkProbeLimits.queues.value || listed.queues.isEmpty
            if !isEnough, page < listed.pages, page < NetworkProbeLimits.pages.value {
                return askQueues(attempt, figures, lacksStatistics: lacksStatistics, page: page + 1, queues)
            }
            figures.take(queues)
            end(figures, answer, attempt)
        }
    }

    /// Ends the attempt with what was said, once it is known when the server's certificates end.
    private func end(_ figures: RabbitMQFigures, _ answer: HTTPAnswer, _ attempt: NetworkAttempt) {
        ends.find(answer.facts, attempt) { [self] ends in
            var figures = figures
            figures.certificates = ends
            if figures.queues.isEmpty, let failure = unseen(figures, attempt.place) { return attempt.fail(failure) }
            attempt.succeed(.rabbitmq(figures))
        }
    }

    private func queuesPath(page: Int, lacksStatistics: Bool) -> String {
        var path = "/api/queues"
        if let virtualHost = target.virtualHost { path += "/\(PercentText.encoded(virtualHost))" }
        path += "?page=\(page)&page_size=\(NetworkProbeLimits.queuesOfPage.value)"
        // Without statistics the server counts the messages of each queue when it is asked to.
        path +=
            lacksStatistics
            ? "&disable_stats=true&enable_queue_totals=true"
            : "&columns=name,vhost,messages_ready,messages_unacknowledged,consumers"
        guard !target.queues.isEmpty else { return path }
        let expression = "^(?:\(target.queues.map(\.expression).joined(separator: "|")))$"
        return path + "&use_regex=true&name=\(PercentText.encoded(expression))"
    }

    /// A user without permissions on a virtual host is answered with an empty list, as is who asks a server without queues.
    private func unseen(_ figures: RabbitMQFigures, _ place: ProbePlace) -> ProbeFailure? {
        guard target.way == .management, let count = figures.queueCount, count > 0, figures.listedQueues == 0,
            target.virtualHost == nil,
            target.queues.isEmpty
        else { return nil }
        return ProbeFailure(
            .authentication,
            "\(place.text) has \(count) queues, and \(user) sees none of them: let it see those of each virtual host, \(Self.permission)",
            figures: .rabbitmq(figures))
    }

    // MARK: - Prometheus

    private func askQueues(of attempt: NetworkAttempt) {
        let host = target.virtualHost.map { "&vhost=\(PercentText.encoded($0))" } ?? ""
        let path = "/metrics/detailed?family=queue_coarse_metrics&family=queue_consumer_count\(host)"
        let most = NetworkProbeLimits.exposition.value
        let exposition = RabbitMQExposition(target)
        get(path, "the exposition of queues", most: most, attempt, sink: exposition.take(queues:)) { [self] _ in
            exposition.endQueues()
            guard exposition.isOfRabbitMQ else { return notOfRabbitMQ("the exposition", attempt) }
            get("/metrics", "the exposition", most: most, attempt, sink: exposition.take(totals:)) { [self] answer in
                end(exposition.end(), answer, attempt)
            }
        }
    }

    // MARK: - Failures

    /// What lets a user see the queues of a virtual host, and do nothing with them.
    private static let permission = "rabbitmqctl set_permissions -p VHOST USER '^$' '^$' '^$'"

    private var user: String {
        if case .basic(let user, _) = target.login { return "the user \(user.quotedExcerpt())" }
        return "who asks"
    }

    private func lacksTag(_ place: ProbePlace) -> ProbeFailure {
        ProbeFailure(
            .authentication,
            "\(place.text) lets \(user) see no figures: give it the tag monitoring, rabbitmqctl set_user_tags USER monitoring")
    }

    private func failure(_ answer: HTTPAnswer, _ what: String, at place: ProbePlace) -> ProbeFailure {
        switch answer.status {
        case 401, 403:
            guard case .basic = target.login else {
                return ProbeFailure(.authentication, "\(place.text) wants a user: write user and password_file")
            }
            switch RabbitMQManagement.refusal(answer.body) {
            case .tag: return lacksTag(place)
            case .virtualHost:
                return ProbeFailure(
                    .authentication,
                    "\(place.text) does not let \(user) see the queues of the virtual host: \(Self.permission)"
                )
            case .password:
                return ProbeFailure(
                    .authentication,
                    "\(place.text) does not take \(user) with the password of the file: mend user or the file; guest is taken on loopback alone"
                )
            }
        case 404 where target.virtualHost != nil && what == "the queues":
            return ProbeFailure(.status, "\(place.text) has no such virtual host: mend vhost (rabbitmqctl list_vhosts)")
        case 404 where target.way == .prometheus:
            return ProbeFailure(
                .status,
                "\(place.text) does not serve \(what) (404): RabbitMQ 3.10 and later do by the plugin rabbitmq_prometheus, usually on port 15692; others are asked with management"
            )
        case 404:
            return ProbeFailure(
                .status,
                "\(place.text) does not serve \(what) (404): name the port of rabbitmq_management, usually 15672, and the prefix of its paths"
            )
        case 300..<400:
            return ProbeFailure(
                .status,
                "\(place.text) answers with \(answer.status), and redirects are not followed: ask the server itself, not a proxy before it"
            )
        default:
            return ProbeFailure(
                .status, "\(place.text) answers with \(answer.status) where \(what) is asked for: look at the log of RabbitMQ")
        }
    }
}
