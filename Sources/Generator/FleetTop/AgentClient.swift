import ApusLimits
import ApusText
import Foundation
import LiveChecks
import NIOCore

/// An agent that is asked for its fleet.
struct AgentClient: Sendable {
    let client: ServerClient

    /// What came of a question.
    enum Reply<Document: Sendable>: Sendable {
        case document(Document, tag: String?)
        /// The one that is known is still the same.
        case same
        /// In words, for a line behind the agent's URL.
        case failed(String)
    }

    /// The number of points of a course.
    static let points = TopColumn.cpuCourse.least

    func instances(unless tag: String?) async -> Reply<InstancesDocument> {
        await ask("/api/v1/instances", unless: tag, InstancesDocument.read)
    }

    func courses() async -> Reply<HistoryDocument> {
        await ask("/api/v1/history?all=1&points=\(Self.points)", HistoryDocument.read)
    }

    func instance(_ identity: TopRow.Identity) async -> Reply<OpenedInstance> {
        func encoded(_ text: String) -> String { text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "" }
        return await ask(
            "/api/v1/instance?service=\(encoded(identity.service.text))&instance=\(encoded(identity.instance.text))",
            OpenedInstance.read)
    }

    private func ask<Document>(
        _ path: String, unless tag: String? = nil, _ read: (Data) -> Document?
    ) async -> Reply<Document> {
        let (answer, words): (ServerClient.Answer, String)
        do throws(ServerSilence) {
            (answer, words) = try await client.get(
                path, accept: "application/json", timeout: TimeAmount(TopLimits.answerTime.value),
                longest: TopLimits.answer.value.bytes, unless: tag)
        } catch {
            // Who reads it has the URL before it already.
            let reason = error.reason
            return .failed(reason.hasPrefix("\(client.url) ") ? "it" + reason.dropFirst(client.url.count) : reason)
        }
        switch answer.status {
        case 200:
            guard let document = read(Data(answer.body.readableBytesView)) else {
                return .failed(
                    "its answer is no agent's: give the URL of an agent of this version, such as http://127.0.0.1:9480")
            }
            return .document(document, tag: answer.tag)
        case 304 where tag != nil: return .same
        case 401, 403: return .failed("it \(client.given.refusal(status: answer.status, words: words))")
        case 404: return .failed("it has no \(path.prefix { $0 != "?" }) (status 404)\(words)")
        default: return .failed("it answers with status \(answer.status)\(words)")
        }
    }
}
