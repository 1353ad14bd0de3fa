import AgentMetrics
package import ApusLimits
import ApusLinux
import ApusMetrics

/// What groups of processes may take of the agent.
package enum GroupLimits: LimitCatalog {
    package static let title = "Groups of processes"

    package static let processes = Limit(
        8192,
        "processes of all groups, and half as many as the agent may have descriptors; those past them are not watched, and processes of captured groups give way to those of named ones",
        per: "agent",
        metric: Agent.unwatchedProcesses.family.name, remedy: "match fewer, or raise LimitNOFILE= in the agent's unit")
    package static let groups = Limit(
        1024,
        "groups, of which one of control groups counts twice; one without a process gives way to a living one, one of a captured name to one that the file names as it is, and processes of those past them are not watched",
        per: "agent",
        option: "--group-limit", metric: Agent.unwatchedProcesses.family.name,
        remedy:
            "have fewer captures in names, or raise it together with --sample-limit: a group has some 40 samples, and captured ones past that limit are not served"
    )
    package static let witnesses = Limit(
        512,
        "processes that left their groups, gave way, or are above those of groups, and are looked at until they end, as what has counted must not count again with them or their parents; those that have nobody of a group above them have half of the places; of those past them it does, once their parents or they are of a group themselves",
        per: "agent",
        remedy:
            "none is needed where processes keep their names, and no log says that there are too many; else match them by what does not change, such as unit or executable"
    )
    package static let marked = Limit(
        2048,
        "processes that are looked at again at a turn of the sampling loop, to see whose program, command line, user or control group has changed; half of the places go first to those that have run since, and others have their turn at the next ones",
        per: "turn",
        remedy: "none is needed: of 5,000 processes each is looked at within five turns")
    /// Groups at most, whatever is asked for: each may be one process.
    package static let mostGroups = processes.value

    package static let controlGroups = Limit(
        1024,
        "control groups of all groups, and an eighth of the descriptors that the agent may have; those past them are not watched",
        per: "agent",
        metric: Agent.unwatchedControlGroups.family.name,
        remedy: "match fewer, or those above them, or raise LimitNOFILE= in the agent's unit")
    package static let openControlGroups = Limit(
        128, "control groups whose files are all kept open, and an eighth of the descriptors that the agent may have",
        per: "agent",
        remedy: "none is needed: the files of others are opened at each look, which takes twice the time")
    package static let devices = Limit(
        8, "block devices of a control group that have series of their own; others are `other` together, and stay there",
        per: "control group",
        remedy: "none is needed: who has a place keeps it; of those that are found together the busiest have one")
    package static let deviceBytes = Limit(
        ControlGroup.mostDeviceBytes,
        "bytes of a control group's list of block devices, some 1,000 of them; devices past them are not counted, and the log says so",
        per: "control group",
        remedy: "detach devices that nothing uses; of others the newest are read, as the kernel lists them first")
    package static let walkedFolders = Limit(
        4096, "folders of control groups that one search lists", per: "search",
        metric: Agent.unwatchedControlGroups.family.name,
        remedy: "let the pattern begin with the folder that they are in, without * or ** before it")
    package static let walkedDepth = Limit(
        16, "folders of control groups within one another", per: "search", metric: Agent.unwatchedControlGroups.family.name,
        remedy: "none is known to be needed: name one above them")
    package static let walkTime = Limit(
        Duration.milliseconds(100), "a search for control groups", per: "search",
        metric: Agent.unwatchedControlGroups.family.name,
        remedy: "let the pattern begin with the folder that they are in, without * or ** before it")
    package static let readPatience = Limit(
        BoundedReads.patience,
        "reading the arguments of a process, which it can keep others from (a tenth of it once such waits have taken 1 s of 15); where it takes longer, nobody waits for it any more, and groups that depend on them do not have the process",
        per: "process", remedy: "see which file system does not answer the process, or match by unit or executable")
    package static let leftReads = Limit(
        BoundedReads.mostLeftOfUser,
        "reads of one user's processes that nobody waits for any more; no arguments of that user's other processes are read while there are as many",
        per: "user", remedy: "end the processes that wait for a file system which does not answer")
    package static let allLeftReads = Limit(
        BoundedReads.mostLeft,
        "such reads of all users, each with a thread, a quarter of them kept for root; past them no arguments are read",
        per: "agent",
        remedy: "end the processes that wait for a file system which does not answer")
    package static let readWaits = Limit(
        BoundedReads.waitOfUser,
        "of 15 s that reads of one user's processes may wait for, past which no arguments of that user's processes are read until these are over",
        per: "user", remedy: "see what those processes wait for")
    package static let freeMatching = Limit(
        Duration.milliseconds(20),
        "of a look's comparisons of processes with the file, past which each user's processes have their share", per: "look",
        remedy: "none is needed")
    package static let userMatching = Limit(
        Duration.milliseconds(50),
        "of a look's comparisons of one user's processes with the file, once its first 20 ms are spent; ten times as much after a file was read; others are compared at the next look, and the log says so",
        per: "user",
        remedy: "write expressions of command that do not try many ways: no .* before another .*, ^ at the beginning"
    )
    package static let matching = Limit(
        Duration.milliseconds(200),
        "of all comparisons of processes with the file; ten times as much after a file was read; others are compared at the next look, and the log says so",
        per: "look",
        remedy: "write expressions of command that do not try many ways: no .* before another .*, ^ at the beginning"
    )
    package static let doubted = Limit(
        256,
        "processes of the user of somebody who reports under the name of a group that are asked again whether they are of it, the youngest first",
        per: "look", remedy: "none is needed: others are asked when they have become something else")
    package static let holderPause = Limit(
        Duration.milliseconds(250),
        "between two looks at processes to see whether somebody who reports under the name of a group is of it", per: "agent",
        remedy: "none is needed: who began in this time reports again, and is taken then")
    package static let holderAge = Limit(
        Duration.seconds(15), "for which the users of a group's processes are known, where reports come under its name",
        per: "group", remedy: "none is needed: they are read again then")
    package static let quickWalk = Limit(
        64, "folders of control groups up to which each scrape searches; past them each turn of the sampling loop does",
        per: "agent",
        remedy: "let the pattern begin with the folder that they are in, without * or ** before it")

    /// What a search for control groups may take.
    static let walk = ControlGroupTree.Bounds(
        folders: walkedFolders.value, depth: walkedDepth.value, time: UInt64(walkTime.value / .nanoseconds(1)))

    package static let all: [any AnyLimit] = [
        processes, groups, witnesses, marked, controlGroups, openControlGroups, devices, deviceBytes, walkedFolders,
        walkedDepth, walkTime, readPatience, leftReads, allLeftReads, readWaits,
        freeMatching, userMatching, matching, doubted, holderPause, holderAge, quickWalk,
    ]
}
