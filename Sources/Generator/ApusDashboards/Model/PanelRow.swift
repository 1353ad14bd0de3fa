public import ApusTopology

/// A row of panels side by side, of one height.
///
/// A row with a title begins a section that people can fold; rows without one continue it.
public struct PanelRow: Sendable {
    public let title: String?
    /// Whether the section is folded at first, and its queries do not run until someone opens it.
    public let isCollapsed: Bool
    /// The variable for each chosen value of which the section is repeated.
    public let repeated: String?
    /// The height of all panels, in units of Grafana's grid, about 30 pixels each.
    public let height: Int
    /// The panels from left to right.
    public let panels: [Panel]
    public let place: SourcePlace?

    /// Makes a row of panels.
    ///
    /// - Parameters:
    ///   - title: of the section that begins here; nil continues the one before.
    ///   - height: of all its panels, in units of about 30 pixels.
    ///   - isCollapsed: whether the section is folded at first.
    ///   - repeated: a variable of the dashboard, for each value of which the section is repeated.
    ///   - panels: left to right; those without a width of their own share what the others leave.
    public init(
        _ title: String? = nil, height: Int = 8, isCollapsed: Bool = false, repeatedFor repeated: String? = nil,
        fileID: String = #fileID, line: Int = #line, @ListBuilder<Panel> panels: () -> [Panel]
    ) {
        self.title = title
        self.height = height
        self.isCollapsed = isCollapsed
        self.repeated = repeated
        self.panels = panels()
        place = SourcePlace(fileID: fileID, line: line)
    }
}

/// The share of a row's width that a panel takes.
public struct PanelWidth: Hashable, Sendable {
    public let numerator: Int
    public let denominator: Int

    /// Makes a share of a row: `.share(2, of: 5)` is two fifths.
    public static func share(_ numerator: Int, of denominator: Int) -> Self {
        Self(numerator: numerator, denominator: denominator)
    }

    public static let full = share(1, of: 1)
    public static let threeQuarters = share(3, of: 4)
    public static let twoThirds = share(2, of: 3)
    public static let half = share(1, of: 2)
    public static let third = share(1, of: 3)
    public static let quarter = share(1, of: 4)
    public static let sixth = share(1, of: 6)
}
