import ArgumentParser
@main struct ApusAgentCommand: AsyncParsableCommand {}
