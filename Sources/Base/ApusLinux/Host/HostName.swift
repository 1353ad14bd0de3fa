import Glibc

/// What the machine is called.
package enum HostName {
    /// The node name of the kernel (uname(2)) as it is now, at most 64 bytes: in a container, that of its UTS namespace. Empty where it
    /// cannot be had.
    package static var current: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "" }
        // In bounds: the bytes of the field itself, up to the NUL within it.
        return withUnsafeBytes(of: name.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
