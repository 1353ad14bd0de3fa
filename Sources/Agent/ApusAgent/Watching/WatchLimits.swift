import AgentMetrics
package import ApusLimits

/// The bounds of what names groups of processes, so that no file and no process can hold up the agent.
package enum WatchLimits: LimitCatalog {
    package static let title = "The file of watched processes"

    package static let file = Limit(
        ByteLimit.mebibytes(1), "of the file that are read", per: "file",
        remedy: "name several instances by one group with ${name}, or run a second agent")
    package static let depth = Limit(
        16, "lists and maps within one another", per: "file",
        remedy: "none is needed: four are enough for everything it can say")
    package static let values = Limit(
        100_000, "values and keys in the file", per: "file",
        remedy: "name several instances by one group with ${name}, or run a second agent")
    package static let groups = Limit(
        1000, "groups in the file", per: "file", remedy: "name several instances by one group with ${name}")
    package static let selectors = Limit(
        100, "maps below the match of one group", per: "group", remedy: "say the same by one expression: (one|two)")
    package static let pattern = Limit(
        ByteLimit(bytes: AgentLimits.selectorBytes), "of an expression or a pattern", per: "selector",
        remedy: "write several maps below match, of which one must hold")
    package static let names = Limit(
        20, "series that one name of names stands for", per: "name",
        remedy: "select several by one expression, label=~\"one|two\"")
    package static let command = Limit(
        ByteLimit.kibibytes(4), "of a process's arguments that command is looked for in", per: "process",
        remedy: "look for what stands nearer to the first argument")
    package static let pidFile = Limit(
        ByteLimit.kibibytes(4), "of a pid file", per: "pid file", remedy: "a longer file matches nothing: name another one")
    package static let formerTargets = Limit(
        8, "files that the link of a program has led to before, whose processes still match", per: "executable",
        remedy: "choose processes of older releases by unit, cgroup or a pattern of paths")
    package static let links = Limit(
        256,
        "programs of executable whose links are looked at again at a turn of the sampling loop; others have their turn at the next ones",
        per: "turn", remedy: "none is needed: of 1,000 programs each is looked at every four turns")
    package static let pathPatience = Limit(
        Duration.seconds(2),
        "that a file system may take to say where a path leads or what a pid file holds, where that is not this machine's own work (NFS, FUSE)",
        per: "path", remedy: "see what serves it, or keep the file on a local file system such as /run")
    package static let pathStart = Limit(
        Duration.seconds(5), "that the start, and check-config, wait for such file systems", per: "file",
        remedy: "none is needed: what has not been said by then is taken in at a later turn")
    package static let paths = Limit(
        1000, "paths on such file systems that are asked for", per: "agent",
        remedy: "keep pid files on a local file system such as /run, and choose programs by their names")
    package static let stuckPaths = Limit(
        4, "processes that wait for such file systems and cannot be ended; with as many no such file system is asked",
        per: "agent", remedy: "see which file system does not answer: the log names it")
    package static let draftGroups = Limit(
        64, "groups that apus-agent init writes, and programs that it mentions", per: "file",
        remedy: "write the others by hand, or several in one group")
    package static let draftProcesses = Limit(
        32_768, "processes that apus-agent init looks at", per: "call", remedy: "write what it has not seen by hand")
    package static let naming = Limit(
        Duration.milliseconds(100),
        "of work on the expressions of `names`, past which what they are for is not served of that page or report",
        per: "page or report", remedy: "compare labels with =, or write expressions that do not try one text in many ways")
    package static let errors = Limit(
        20, "errors, and remarks, that are listed", per: "file", remedy: "mend those, and check again")

    package static let all: [any AnyLimit] = [
        file, depth, values, groups, selectors, pattern, names, naming, command, pidFile, formerTargets, links, pathPatience,
        pathStart, paths, stuckPaths, draftGroups, draftProcesses, errors,
    ]
}
