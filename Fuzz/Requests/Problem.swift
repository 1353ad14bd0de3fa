import ApusText

/// What a refused request is told, without the framework that makes a response of it.
enum Problem: Error {
    case notJSON(JSONSyntaxError)
    case fields(FieldProblems)
}
