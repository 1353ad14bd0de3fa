public import ApusFiles
import Yams

extension GeneratedFile {
    /// The declaration that a line follows from: that of the smallest part with the line in it which follows from a
    /// declaration of its own; nil when the line follows from the fleet as a whole.
    ///
    /// - Parameter line: from 1.
    public func origin(ofLine line: Int) -> FileOrigin? {
        var best: (size: Int, origin: FileOrigin)?
        func consider(_ lines: ClosedRange<Int>, _ origin: FileOrigin) {
            if lines.contains(line), lines.count <= best?.size ?? .max { best = (lines.count, origin) }
        }
        var elements: [[String]: FileOrigin] = [:]
        for origin in origins {
            switch origin.part {
            case .lines(let lines): consider(lines, origin)
            case .element(let path): elements[path] = origin
            case .whole: consider(1...max(line, contents.utf8.count), origin)
            }
        }
        if !elements.isEmpty {
            for (path, lines) in DocumentLines(contents).elements {
                if let origin = elements[path] { consider(lines, origin) }
            }
        }
        return best?.origin
    }
}

/// The lines of each element of a YAML document, of which JSON is one.
private struct DocumentLines {
    private(set) var elements: [([String], ClosedRange<Int>)] = []

    init(_ contents: String) {
        guard let root = try? Yams.compose(yaml: contents) else { return }
        visit(root, [], end: contents.split(separator: "\n", omittingEmptySubsequences: false).count)
    }

    /// - Parameter end: the last line that the element can have, since only its first is known.
    private mutating func visit(_ node: Node, _ path: [String], end: Int) {
        switch node {
        case .mapping(let mapping):
            let pairs = Array(mapping)
            for (index, (key, value)) in pairs.enumerated() {
                let start = key.mark?.line ?? 1
                let last = index + 1 < pairs.count ? max(start, (pairs[index + 1].key.mark?.line ?? end) - 1) : end
                let child = path + [key.string ?? ""]
                elements.append((child, start...max(start, last)))
                visit(value, child, end: last)
            }
        case .sequence(let sequence):
            let items = Array(sequence)
            for (index, item) in items.enumerated() {
                let start = item.mark?.line ?? 1
                let last = index + 1 < items.count ? max(start, (items[index + 1].mark?.line ?? end) - 1) : end
                let child = path + [String(index)]
                elements.append((child, start...max(start, last)))
                visit(item, child, end: last)
            }
        case .scalar, .alias:
            break
        }
    }
}
