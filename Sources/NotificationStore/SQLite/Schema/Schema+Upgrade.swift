import GRDB

extension Schema {
    /// Brings a database up to date; call it with the ``OpeningLock`` held.
    ///
    /// - Throws: ``StoreError/newerSchema(path:migration:)`` when the database knows a step that this version does not.
    static func upgrade(_ pool: DatabasePool) throws {
        let migrator = migrator
        let unknown = try pool.read { db in
            try migrator.appliedIdentifiers(db).subtracting(migrator.migrations).sorted().first
        }
        if let unknown { throw StoreError.newerSchema(path: pool.path, migration: unknown) }
        try migrator.migrate(pool)
    }
}
