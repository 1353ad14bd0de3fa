/// The body of `POST /notifications`, as far as a load test fills it.
struct NotificationRequest: Encodable {
    let userId: String
    let channel = "webhook"
    let title: String
    let body: String
    let webhookUrl: String

    private enum CodingKeys: String, CodingKey { case userId, channel, title, body, webhookUrl }
}
