import GRDB
import NotificationStore

/// The tables of the database, as named steps. A step that has shipped is never changed: a later one changes what it made.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        // Checked when a constraint is violated, not once more over all rows at the end of each step.
        migrator.registerMigration("001 notifications", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: notifications)
            try db.execute(sql: deliveryAttempts)
            try db.execute(sql: idempotencyKeys)
            try db.execute(sql: leaseTokens)
            try db.execute(sql: counters)
        }
        migrator.registerMigration("002 destinations and deaths", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: destinationsAndDeaths)
            try fillDestinations(in: db)
        }
        migrator.registerMigration("003 host clock", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: hostClock)
        }
        migrator.registerMigration("004 users and their turns", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: usersAndTurns)
        }
        migrator.registerMigration("005 upkeep", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: upkeep)
        }
        return migrator
    }

    /// The table of notifications, whose moments are milliseconds since 1970. The indexes hold what is in the queue and nothing else, so that what has left it, by
    /// the million, costs the queue nothing; `status` is in them because a count reads no table then.
    private static let notifications = """
        CREATE TABLE notifications (
            id TEXT NOT NULL PRIMARY KEY,
            user_id TEXT NOT NULL,
            channel TEXT NOT NULL,
            title TEXT NOT NULL,
            body TEXT NOT NULL,
            webhook_url TEXT,
            deliver_at INTEGER,
            status TEXT NOT NULL CHECK (status IN ('pending', 'processing', 'delivered', 'dead')),
            due_at INTEGER NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            locked_by TEXT,
            locked_at INTEGER,
            lock_expiry INTEGER,
            lock_token INTEGER,
            last_error TEXT,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            CHECK ((status = 'processing') = (lock_token IS NOT NULL)),
            CHECK ((status = 'processing') = (lock_expiry IS NOT NULL)),
            CHECK ((status = 'processing') = (locked_by IS NOT NULL))
        ) STRICT;
        CREATE INDEX notifications_due ON notifications (status, due_at) WHERE status = 'pending';
        CREATE INDEX notifications_expiry ON notifications (status, lock_expiry) WHERE status = 'processing';
        """

    /// The log of attempts. A lease has one attempt at most, so that its token is the attempt's key.
    private static let deliveryAttempts = """
        CREATE TABLE delivery_attempts (
            token INTEGER PRIMARY KEY,
            notification_id TEXT NOT NULL REFERENCES notifications (id) ON DELETE CASCADE,
            owner TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            duration_us INTEGER NOT NULL,
            result TEXT NOT NULL CHECK (result IN ('delivered', 'retry', 'dead')),
            error TEXT
        ) STRICT;
        CREATE INDEX delivery_attempts_notification ON delivery_attempts (notification_id);
        """

    /// The table with one row at most: how far the wall's clock was ahead of the time since the boot at the last write, in milliseconds.
    private static let hostClock = """
        CREATE TABLE host_clock (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            boot TEXT NOT NULL,
            offset_ms INTEGER NOT NULL
        ) STRICT;
        """

    /// The table with one row: the moment of the last step of a removal, by whichever process.
    private static let upkeep = """
        CREATE TABLE upkeep (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            last INTEGER NOT NULL
        ) STRICT;
        INSERT INTO upkeep (id, last) VALUES (1, 0);
        """

    /// The destination of a webhook, by which a claim passes over those that do not answer, and the number of workers that died with a
    /// lease on a notification. The first index is walked in the order of due moments, the second leads to each destination.
    private static let destinationsAndDeaths = """
        ALTER TABLE notifications ADD COLUMN destination TEXT;
        ALTER TABLE notifications ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0;
        DROP INDEX notifications_due;
        CREATE INDEX notifications_due ON notifications (status, due_at, destination, deaths) WHERE status = 'pending';
        CREATE INDEX notifications_destination ON notifications (status, destination, due_at, deaths) WHERE status = 'pending';
        CREATE INDEX notifications_suspects ON notifications (status, due_at) WHERE status = 'pending' AND deaths > 0;
        """

    /// Writes the destinations of what is in the queue; what has left it needs none.
    private static func fillDestinations(in db: Database) throws {
        let queued = try Row.fetchAll(
            db,
            sql: """
                SELECT rowid AS place, webhook_url FROM notifications
                WHERE status IN ('pending', 'processing') AND channel = 'webhook'
                """)
        let update = try db.cachedStatement(sql: "UPDATE notifications SET destination = ? WHERE rowid = ?")
        for row in queued {
            guard let url = row["webhook_url"] as String?, let destination = Destination(url: url) else { continue }
            try update.execute(arguments: [destination.description, row["place"] as Int64])
        }
    }

    private static let idempotencyKeys = """
        CREATE TABLE idempotency_keys (
            key TEXT NOT NULL PRIMARY KEY,
            fingerprint TEXT NOT NULL,
            ids TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;
        """

    /// The table with one row: the last token that was drawn, by whichever process.
    private static let leaseTokens = """
        CREATE TABLE lease_tokens (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            last INTEGER NOT NULL
        ) STRICT;
        INSERT INTO lease_tokens (id, last) VALUES (1, 0);
        """

    /// The numbers of rows of the kinds that only grow. Triggers keep them, so that they are true in the transaction that changes a
    /// row, and also when rows are changed or deleted by hand.
    private static let counters = """
        CREATE TABLE counters (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        INSERT INTO counters (name, value) VALUES ('delivered', 0), ('dead', 0), ('attempts', 0);
        CREATE TRIGGER notifications_inserted AFTER INSERT ON notifications
        WHEN NEW.status IN ('delivered', 'dead')
        BEGIN
            UPDATE counters SET value = value + 1 WHERE name = NEW.status;
        END;
        CREATE TRIGGER notifications_moved AFTER UPDATE OF status ON notifications
        WHEN OLD.status <> NEW.status AND (OLD.status IN ('delivered', 'dead') OR NEW.status IN ('delivered', 'dead'))
        BEGIN
            UPDATE counters SET value = value - 1 WHERE name = OLD.status;
            UPDATE counters SET value = value + 1 WHERE name = NEW.status;
        END;
        CREATE TRIGGER notifications_deleted AFTER DELETE ON notifications
        WHEN OLD.status IN ('delivered', 'dead')
        BEGIN
            UPDATE counters SET value = value - 1 WHERE name = OLD.status;
        END;
        CREATE TRIGGER delivery_attempts_inserted AFTER INSERT ON delivery_attempts
        BEGIN
            UPDATE counters SET value = value + 1 WHERE name = 'attempts';
        END;
        CREATE TRIGGER delivery_attempts_deleted AFTER DELETE ON delivery_attempts
        BEGIN
            UPDATE counters SET value = value - 1 WHERE name = 'attempts';
        END;
        """
}

extension Schema {
    /// Brings a database up to date; call it with the ``OpeningLock`` held.
    ///
    /// - Throws: ``StoreError/newerSchema(_:migration:)`` when the database knows a step that this version does not.
    static func upgrade(_ pool: DatabasePool) throws {
        let migrator = migrator
        // On the writer: a reader's connection would be one more than a limit of one allows.
        let unknown = try pool.writeWithoutTransaction { db in
            try migrator.appliedIdentifiers(db).subtracting(migrator.migrations).sorted().first
        }
        if let unknown { throw StoreError.newerSchema(.sqlite(path: pool.path), migration: unknown) }
        try migrator.migrate(pool)
    }
}
