import ApusPromQL

extension DashboardContent {
    /// Numbers and places of panels.
    func checkPanels(_ collector: inout FindingCollector) {
        let panels = panels
        checkNumbers(of: panels, &collector)
        var boxes: [Int?: [Box]] = [:]
        for panel in panels {
            guard let box = Box(panel.node) else { continue }
            boxes[panel.row, default: []].append(box)
            if box.right > Self.columns {
                collector.note(
                    .panelLayout, .warning, at: box.node, in: source,
                    "\(panel.node.panelName) goes to column \(box.right) of \(Self.columns): make it narrower, or move it left")
            }
        }
        // Panels of a collapsed row are laid out among themselves.
        for row in boxes.keys.sorted(by: { ($0 ?? -1) < ($1 ?? -1) }) { checkOverlaps(among: boxes[row] ?? [], &collector) }
    }

    static let columns = 24

    private struct Box {
        let node: DocumentNode
        let name: String
        let left: Int
        let right: Int
        let top: Int
        let bottom: Int

        init?(_ panel: DocumentNode) {
            guard let place = panel["gridPos"], let x = place["x"]?.integer, let y = place["y"]?.integer,
                let width = place["w"]?.integer, let height = place["h"]?.integer, width > 0, height > 0,
                [x, y, width, height].allSatisfy({ abs($0) < 1_000_000 })
            else { return nil }
            node = place
            name = panel.panelName
            (left, right, top, bottom) = (x, x + width, y, y + height)
        }
    }

    private func checkNumbers(of panels: [Panel], _ collector: inout FindingCollector) {
        var names: [Int: String] = [:]
        for panel in panels {
            guard let node = panel.node["id"], let id = node.integer, id > 0 else { continue }
            if let other = names[id] {
                collector.note(
                    .duplicatePanel, .warning, at: node, in: source,
                    "\(panel.node.panelName) has the id \(id) of \(other), and links lead to one of them:"
                        + " give it one of its own"
                )
            } else {
                names[id] = panel.node.panelName
            }
        }
    }

    /// Compares boxes from the top down, each with those that reach below its upper edge.
    private func checkOverlaps(among boxes: [Box], _ collector: inout FindingCollector) {
        var open: [Box] = []
        let ordered = boxes.enumerated().sorted { ($0.element.top, $0.offset) < ($1.element.top, $1.offset) }.map(\.element)
        for box in ordered {
            open.removeAll { $0.bottom <= box.top }
            if let other = open.first(where: { $0.left < box.right && box.left < $0.right }) {
                collector.note(
                    .panelLayout, .warning, at: box.node, in: source,
                    "\(box.name) lies over \(other.name), and Grafana moves it: give each its own place")
                continue
            }
            open.append(box)
        }
    }
}

extension DocumentNode {
    /// The name of a panel for a message.
    fileprivate var panelName: String {
        if let title = self["title"]?.text, !title.isEmpty { return "the panel \"\(title)\"" }
        return self["id"]?.integer.map { "the panel \($0)" } ?? "a panel without a title"
    }
}
