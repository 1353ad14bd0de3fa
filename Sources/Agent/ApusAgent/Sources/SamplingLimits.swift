package import ApusLimits

/// What looking at one process may cost.
package enum SamplingLimits: LimitCatalog {
    package static let title = "Looks at processes"

    package static let descriptors = Limit(
        32_768, "open descriptors that are counted one by one, where the kernel does not say how many there are",
        per: "instance",
        remedy: "nothing: the process has at least so many; Linux 6.2 and later says the number, on the machine itself")

    package static let proportionalMemory = Limit(
        ByteLimit.mebibytes(4096), "of resident memory of a process whose proportional memory is read", per: "process",
        remedy: "take the memory of its control group: the process cannot map memory while the kernel looks at every page")

    package static let all: [any AnyLimit] = [descriptors, proportionalMemory]
}
