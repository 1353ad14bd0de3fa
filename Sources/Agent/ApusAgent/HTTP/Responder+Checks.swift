import NIOHTTP1

extension Responder {
    /// Every check of the agent, in the words of the draft for `application/health+json`.
    func checks() -> Answer {
        let (isHealthy, body) = documents.detailedHealth()
        return Answer(
            status: isHealthy ? .ok : .serviceUnavailable, contentType: "application/health+json; charset=utf-8",
            headers: Answer.cautious, body: .bytes(body))
    }
}
