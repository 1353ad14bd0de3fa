/// Prometheus' own checker, as Debian's package `prometheus` installs it.
enum Promtool {
    typealias Result = Tool.Result

    static func run(_ arguments: String...) throws -> Tool.Result { try Tool.run("promtool", arguments) }
}
