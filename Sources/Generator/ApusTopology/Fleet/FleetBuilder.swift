/// Collects the parts of a ``Fleet``, with `for` and `if`.
@resultBuilder
public enum FleetBuilder {
    public static func buildExpression(_ part: any FleetPart) -> [any FleetPart] { [part] }
    public static func buildBlock(_ parts: [any FleetPart]...) -> [any FleetPart] { parts.flatMap(\.self) }
    public static func buildArray(_ parts: [[any FleetPart]]) -> [any FleetPart] { parts.flatMap(\.self) }
    public static func buildOptional(_ parts: [any FleetPart]?) -> [any FleetPart] { parts ?? [] }
    public static func buildEither(first parts: [any FleetPart]) -> [any FleetPart] { parts }
    public static func buildEither(second parts: [any FleetPart]) -> [any FleetPart] { parts }
}
