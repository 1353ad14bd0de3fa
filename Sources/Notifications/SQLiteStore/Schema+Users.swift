extension Schema {
    /// The bytes of a notification's texts, as SQL. Its parameter is the name of a row.
    private static func bytes(_ row: String) -> String {
        ["user_id", "title", "body", "webhook_url"]
            .map { "length(CAST(coalesce(\(row).\($0), '') AS BLOB))" }.joined(separator: " + ")
    }

    private static let isQueued = "IN ('pending', 'processing')"

    private static let left = """
        UPDATE counters SET value = value - 1 WHERE name = 'queued';
        UPDATE queue_users SET waiting = waiting - 1, bytes = bytes - (\(bytes("OLD"))) WHERE user_id = OLD.user_id;
        DELETE FROM queue_users WHERE user_id = OLD.user_id AND waiting <= 0;
        """

    /// What is due at once has its user take turns from now on, behind all who do so already.
    private static let entered = """
        UPDATE counters SET value = value + 1 WHERE name = 'queued';
        INSERT INTO queue_users (user_id, waiting, bytes, due_at, turn)
        VALUES (
            NEW.user_id, 1, \(bytes("NEW")), NEW.due_at,
            CASE WHEN NEW.due_at <= NEW.created_at THEN (SELECT last FROM lease_tokens) END
        )
        ON CONFLICT (user_id) DO UPDATE SET
            waiting = waiting + 1, bytes = bytes + excluded.bytes, turn = coalesce(turn, excluded.turn),
            due_at = min(coalesce(due_at, excluded.due_at), excluded.due_at);
        """

    /// The users with something in the queue: how much it is, and when it is whose turn.
    ///
    /// A user has a turn, by which those come first who have been served the longest ago, or waits for the first moment at which
    /// anything of theirs is due; `due_at` is never later than that. Triggers keep it so, whichever statement moves a notification.
    static let usersAndTurns = """
        CREATE TABLE queue_users (
            place INTEGER PRIMARY KEY,
            user_id TEXT NOT NULL UNIQUE,
            waiting INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            due_at INTEGER,
            turn INTEGER
        ) STRICT;
        INSERT INTO queue_users (user_id, waiting, bytes, due_at)
        SELECT user_id, count(*), sum(\(bytes("n"))), min(CASE WHEN status = 'pending' THEN due_at END)
        FROM notifications n WHERE status \(isQueued) GROUP BY user_id;
        CREATE INDEX queue_users_turn ON queue_users (turn) WHERE turn IS NOT NULL;
        CREATE INDEX queue_users_due ON queue_users (due_at) WHERE turn IS NULL;
        INSERT INTO counters (name, value) SELECT 'queued', count(*) FROM notifications WHERE status \(isQueued);

        DROP INDEX notifications_due;
        CREATE INDEX notifications_due ON notifications (status, due_at) WHERE status = 'pending';
        CREATE INDEX notifications_fresh ON notifications (user_id, due_at)
        WHERE status = 'pending' AND deaths = 0 AND attempts = 0;
        CREATE INDEX notifications_retried ON notifications (user_id, due_at)
        WHERE status = 'pending' AND deaths = 0 AND attempts <> 0;

        CREATE TRIGGER queue_entered AFTER INSERT ON notifications WHEN NEW.status \(isQueued)
        BEGIN
            \(entered)
        END;
        CREATE TRIGGER queue_entered_again AFTER UPDATE OF status ON notifications
        WHEN OLD.status NOT \(isQueued) AND NEW.status \(isQueued)
        BEGIN
            \(entered)
        END;
        CREATE TRIGGER queue_left AFTER UPDATE OF status ON notifications
        WHEN OLD.status \(isQueued) AND NEW.status NOT \(isQueued)
        BEGIN
            \(left)
        END;
        CREATE TRIGGER queue_removed AFTER DELETE ON notifications WHEN OLD.status \(isQueued)
        BEGIN
            \(left)
        END;
        CREATE TRIGGER queue_due AFTER UPDATE OF status, due_at ON notifications
        WHEN NEW.status = 'pending' AND (OLD.status <> 'pending' OR OLD.due_at <> NEW.due_at)
        BEGIN
            UPDATE queue_users SET due_at = NEW.due_at
            WHERE user_id = NEW.user_id AND turn IS NULL AND (due_at IS NULL OR due_at > NEW.due_at);
        END;
        """
}
