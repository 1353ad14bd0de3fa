/// How long has been waited for a resource since the boot, as the kernel counts it (https://docs.kernel.org/accounting/psi.html).
package struct Stalls: Equatable, Sendable {
    /// Microseconds in which some of those that had work waited.
    package let some: Int64
    /// Microseconds in which all of them did; `nil` of CPU before Linux 5.13.
    package let full: Int64?

    package init(some: Int64, full: Int64?) {
        self.some = some
        self.full = full
    }

    /// Parses the lines `some avg10=… total=MICROSECONDS` and `full …`; `nil` where the first is not there.
    package init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        var (some, full): (Int64?, Int64?)
        bytes.forEachLine { key, rest in
            guard let equals = rest.lastIndex(of: UInt8(ascii: "=")), rest[..<equals].hasSuffix(" total") else { return }
            let total = rest[rest.index(after: equals)...].number
            if key.isText("some") { some = total }
            if key.isText("full") { full = total }
        }
        guard let some else { return nil }
        self.init(some: some, full: full)
    }
}

extension Slice<UnsafeBufferPointer<UInt8>> {
    fileprivate func hasSuffix(_ text: StaticString) -> Bool { suffix(text.utf8CodeUnitCount).isText(text) }
}
