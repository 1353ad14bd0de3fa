import AgentMetrics
import ApusMetrics
package import ApusLimits

/// The bounds of what is kept of a journal, so that no writer of it can fill the memory or others' places.
package enum JournalFollowingLimits: LimitCatalog {
    package static let title = "The journal"

    package static let units = Limit(
        1000, "units with counts of their own", per: "agent", metric: JournalFollowing.unitsFull.family.name,
        remedy:
            "name the units that matter with --watch-unit, without a glob: they always have a place; see who writes under ever new names: "
            + "`journalctl -F _SYSTEMD_UNIT`")
    package static let watchedUnits = Limit(
        1000,
        "watched units with counts of their own, besides the others; of those that a glob matches, one that was silent gives its place to another",
        per: "agent", metric: JournalFollowing.unitsFull.family.name,
        remedy: "narrow the glob of --watch-unit, and name the units that matter without one: they always have a place")
    package static let names = Limit(
        500,
        "containers with counts of their own, user units, and identifiers; a quarter of them of one user who is not root, half of all "
            + "such users' containers and identifiers",
        per: "kind", metric: JournalFollowing.namesFull.family.name,
        remedy:
            "choose those that matter by journal: in the file of --config; see which there are: `journalctl -F CONTAINER_NAME`, "
            + "`-F _SYSTEMD_USER_UNIT`, `-F SYSLOG_IDENTIFIER`"
    )
    package static let name = Limit(
        ByteLimit(bytes: 128), "kept of a container's name, of a user unit's and of an identifier", per: "name",
        remedy: "shorten the name: those of one beginning are counted together")
    package static let namespaces = Limit(
        8,
        "namespaces of the journal that are followed, each with a quarter of the places for units and their events, and half of those for other names",
        per: "agent",
        remedy: "name those that matter with --journal-namespace, or run a second agent for the rest")
    package static let idle = Limit(
        Duration.seconds(900), "silence after which a unit gives its place to one that has none", per: "unit",
        metric: JournalFollowing.unitsLeft.family.name,
        remedy: "name the unit with --watch-unit, without a glob: it keeps its place")
    package static let eventSeries = Limit(
        4000, "series of events of units", per: "agent", metric: JournalFollowing.unitsFull.family.name,
        remedy: "see which units end in ever new ways: `topk(5, count by (unit) (\(JournalUnits.processExits.family.name)))`")
    package static let eventSeriesOfUnit = Limit(
        64, "series of events of one unit; further exit statuses are counted as `other`", per: "unit",
        remedy: "none is needed: the exits are counted, without their status")
    package static let errors = Limit(
        10, "last errors that are kept", per: "unit", remedy: "read older ones by journalctl -u UNIT -p err")
    package static let message = Limit(
        ByteLimit(bytes: 256), "kept of an error's message", per: "error",
        remedy: "read the whole by journalctl --cursor, with the cursor of /api/v1/journal")
    package static let files = Limit(
        4096, "journal files that are read", per: "agent", metric: JournalFollowing.files.family.name,
        remedy: "vacuum the journal (SystemMaxFiles= in journald.conf), or count a folder of its own with --journal-directory")
    package static let openFiles = Limit(
        256,
        "journal files that are kept open, and no more than an eighth of the process's descriptors; others are read one after the other",
        per: "agent", remedy: "none is needed")
    package static let goneFiles = Limit(
        1024, "removed journal files whose place is remembered, in case that they come back", per: "agent",
        remedy: "none is needed")
    package static let patternField = Limit(
        ByteLimit.kibibytes(8), "of a field that patterns look at", per: "entry",
        remedy: "write what is to be found nearer to the field's beginning")
    package static let patternLabel = Limit(
        ByteLimit(bytes: 128), "kept of a label that a pattern finds", per: "label", remedy: "capture less in the group")
    package static let state = Limit(
        ByteLimit.mebibytes(64), "of the state file that are read", per: "agent",
        remedy: "nothing: a longer one is put aside as one with a wrong content is")
    package static let stateAside = Limit(
        3, "state files with a wrong content that are put aside as `journal.unreadable-TIME`", per: "agent",
        remedy: "remove them when nobody wants to look at them; the oldest gives way")
    package static let retry = Limit(
        Duration.seconds(5), "pause before a journal or a state file that cannot be read is tried again", per: "agent",
        metric: JournalFollowing.up.family.name, remedy: "the log names the file and the reason")
    package static let unwatchedLook = Limit(
        Duration.seconds(5), "pause between two looks for new journal files while the kernel tells of none", per: "agent",
        remedy: "raise fs.inotify.max_user_instances (sysctl), or end what holds them")
    package static let lookShare = Limit(
        10, "looks at the journal's files of which one's CPU time passes before the next, a second at most", per: "agent",
        metric: JournalFollowing.lag.family.name,
        remedy: "vacuum the journal (SystemMaxFiles= in journald.conf): a look costs some microseconds a file")

    package static let all: [any AnyLimit] = [
        units, watchedUnits, names, name, namespaces, idle, eventSeries, eventSeriesOfUnit, errors, message, files, openFiles,
        goneFiles, patternField,
        patternLabel, state, stateAside, retry, unwatchedLook, lookShare,
    ]
}
