package import ApusLimits

/// What `apus top` bears of the agents that it asks.
package enum TopLimits: LimitCatalog {
    package static let title = "Agents that `apus top` asks"

    package static let answerTime = Limit(
        Duration.seconds(5), "the time that an agent has for one answer, from the connecting to the last byte", per: "agent",
        remedy: "look at the agent's host: rows that are there already stay, with their age")
    package static let answer = Limit(
        ByteLimit.mebibytes(16), "bytes of one answer", per: "agent",
        remedy: "look at what answers at the URL: no agent needs so many")
    package static let rows = Limit(
        3000, "rows of one agent; others are left out and counted", per: "agent",
        remedy: "look for whoever reports under so many names")
    package static let text = Limit(
        512, "code points of one text in an answer", per: "agent",
        remedy: "look at what answers at the URL: no agent has longer ones here")
    package static let agents = Limit(
        64, "agents that are asked at a time", per: "command", option: "--agent",
        remedy: "look at fewer agents, or ask Prometheus")
    package static let pause = Limit(
        Duration.seconds(1), "the shortest time between two questions to an agent", per: "command", option: "--interval",
        remedy: "write a longer --interval: agents take samples once a second at most")

    package static let all: [any AnyLimit] = [answerTime, answer, rows, text, agents, pause]
}
