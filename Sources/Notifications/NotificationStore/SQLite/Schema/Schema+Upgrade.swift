import GRDB

extension Schema {
    /// Brings a database up to date; call it with the ``OpeningLock`` held.
    ///
    /// - Throws: ``StoreError/newerSchema(path:migration:)`` when the database knows a step that this version does not.
    static func upgrade(_ pool: DatabasePool) throws {
        let migrator = migrator
        // On the writer: a reader's connection would be one more than a limit of one allows.
        let unknown = try pool.writeWithoutTransaction { db in
            try migrator.appliedIdentifiers(db).subtracting(migrator.migrations).sorted().first
        }
        if let unknown { throw StoreError.newerSchema(path: pool.path, migration: unknown) }
        try migrator.migrate(pool)
    }
}
