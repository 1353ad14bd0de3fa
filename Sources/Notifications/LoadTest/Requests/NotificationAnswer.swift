/// What a load test reads of a notification in the API's answers.
struct NotificationAnswer: Decodable {
    let id: String
    let status: String?
}
