/// A load plan that cannot be carried out.
package enum LoadPlanError: Error, Hashable, CustomStringConvertible {
    case rate(Double)
    case duration
    case users(Int)
    case noAPI
    case notAnAddress(String)
    case remote(String)

    package var description: String {
        switch self {
        case .rate(let rate): "a rate of \(rate) requests a second is impossible; give one above 0 and up to 1000000"
        case .duration: "the duration must be longer than 0"
        case .users(let users): "\(users) users cannot receive anything; give at least 1"
        case .noAPI: "no API is named; give its address, such as http://127.0.0.1:3001"
        case .notAnAddress(let text): "\(text) is not the address of an API, such as http://127.0.0.1:3001"
        case .remote(let text): "\(text) is not on this machine; a load test of another one must be asked for explicitly"
        }
    }
}
