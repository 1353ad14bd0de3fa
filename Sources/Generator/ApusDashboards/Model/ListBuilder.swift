/// Collects what stands between braces (rows of a dashboard, panels of a row, queries of a panel), with `for` and `if`.
@resultBuilder
public enum ListBuilder<Element> {
    @inlinable public static func buildExpression(_ element: Element) -> [Element] { [element] }
    @inlinable public static func buildExpression(_ elements: [Element]) -> [Element] { elements }
    @inlinable public static func buildBlock() -> [Element] { [] }
    @inlinable public static func buildPartialBlock(first elements: [Element]) -> [Element] { elements }
    @inlinable public static func buildPartialBlock(accumulated: [Element], next: [Element]) -> [Element] {
        accumulated + next
    }
    @inlinable public static func buildArray(_ elements: [[Element]]) -> [Element] { Array(elements.joined()) }
    @inlinable public static func buildOptional(_ elements: [Element]?) -> [Element] { elements ?? [] }
    @inlinable public static func buildEither(first elements: [Element]) -> [Element] { elements }
    @inlinable public static func buildEither(second elements: [Element]) -> [Element] { elements }
}
