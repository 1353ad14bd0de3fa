/// Collects the instances of a ``FleetService``, with `for` and `if`.
@resultBuilder
public enum InstanceBuilder {
    public static func buildExpression(_ instance: Instance) -> [Instance] { [instance] }
    public static func buildBlock(_ instances: [Instance]...) -> [Instance] { instances.flatMap(\.self) }
    public static func buildArray(_ instances: [[Instance]]) -> [Instance] { instances.flatMap(\.self) }
    public static func buildOptional(_ instances: [Instance]?) -> [Instance] { instances ?? [] }
    public static func buildEither(first instances: [Instance]) -> [Instance] { instances }
    public static func buildEither(second instances: [Instance]) -> [Instance] { instances }
}
