import ApusLimits
import ApusLinux
import ApusProbes
import Glibc

/// The child: the agent's own program, run again to ask file systems that may not answer.
///
/// It answers one question at a time on its standard input. Where a file system does not answer it hangs, and is left behind: a thread that did
/// could keep the agent from ending, as not even SIGKILL ends the wait for a file system in user space.
package enum PathChild {
    /// The first argument by which the agent's program knows that it is one.
    package static let word = "path-child"

    /// The bytes of a question: a path and what it takes to say what is asked of it.
    static let mostQuestion = 8 << 10
    /// The bytes of an answer: as many owners as a path can have, or a path.
    static let mostAnswer = 128 << 10

    /// Whether these are the arguments of a child.
    package static func isAsked(for arguments: [String]) -> Bool { arguments.count == 3 && arguments[1] == word }

    /// Answers until the parent is gone.
    package static func run(_ arguments: [String]) -> Never {
        // Nothing that it is asked takes memory without bound: it goes without a bound that cannot be had.
        guard let parent = Int32(arguments[2]),
            ParentSocket.confine(to: parent, memory: ChildLimits.memory.value.bytes, name: "apus-paths") != nil
        else { exit(1) }
        while let bytes = ParentSocket.receive(most: mostQuestion) {
            guard let question = PathQuestion(bytes), ParentSocket.send(question.answer().message) else { exit(1) }
        }
        exit(0)
    }
}
