import SystemPackage

/// The pipe that ties a child to this process: the child reads its end of file when this process is gone, however it went.
struct Lifeline: ~Copyable {
    /// Goes to the child as its standard input; whoever starts the child closes this copy.
    let childEnd: FileDescriptor
    private let heldEnd: FileDescriptor

    /// Both ends are close-on-exec from the first instant: a copy of the held end in another child would keep the line alive.
    init() throws(Errno) {
        (childEnd, heldEnd) = try FileDescriptor.pipe(options: .closeOnExec)
    }

    deinit { try? heldEnd.close() }
}
