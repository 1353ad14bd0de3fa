/// What an agent takes, for those who describe what it is given.
package enum AgentLimits {
    /// Instances that report to one agent: a loop of restarts under new names does not fill its memory.
    package static let instances = 1000
}
