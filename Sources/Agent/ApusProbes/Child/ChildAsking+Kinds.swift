import ApusLimits
package import NIOCore

extension ChildAsking {
    /// What asks a PostgreSQL.
    package convenience init(_ target: PostgreSQLTarget, on loop: any EventLoop, program: String = ownProgram) {
        // No other schema than the server's own: see the statements.
        let options = PostgreSQLTarget.options + ["search_path=pg_catalog"]
        self.init(
            .postgresql(target.connection(options: options), PostgreSQLFigures.statements(of: target)), on: loop,
            program: program
        ) { outcomes throws(ProbeFailure) in .postgresql(try PostgreSQLFigures(outcomes)) }
    }

    /// What asks a PgBouncer, whose console takes no settings.
    package convenience init(_ target: PgBouncerTarget, on loop: any EventLoop, program: String = ownProgram) {
        self.init(
            .postgresql(target.server.connection(options: nil), PgBouncerFigures.statements), on: loop, program: program
        ) { outcomes throws(ProbeFailure) in .pgbouncer(try PgBouncerFigures(outcomes)) }
    }

    /// What selects gauges from a database.
    package convenience init(_ target: SQLTarget, on loop: any EventLoop, program: String = ownProgram) {
        let statements = target.gauges.map { ChildStatement($0.query, rows: ChildLimits.rows.value, name: $0.name) }
        let question: ChildQuestion =
            switch target.store {
            case .sqlite(let path): .sqlite(path: path, statements)
            case .postgresql(let server):
                .postgresql(server.connection(options: PostgreSQLTarget.options, isGuarded: true), statements)
            }
        self.init(question, on: loop, program: program) { outcomes throws(ProbeFailure) in
            .gauges(try SQLFigures(outcomes, of: target))
        }
    }

    /// What looks at files.
    package convenience init(_ target: FileTarget, on loop: any EventLoop, program: String = ownProgram) {
        self.init(.files(target.path), on: loop, program: program) { outcomes throws(ProbeFailure) in
            .file(try FileFigures(outcomes, of: target))
        }
    }
}
