/// A part of a ``Fleet``: what stands between its braces.
///
/// A part of a kind that this library does not know is a type of its own. The fleet keeps it, a ``Variation`` replaces it, and
/// who knows its type finds it:
///
/// ```swift
/// struct Backups: FleetPart {
///     let interval: Duration
///     let place: SourcePlace
///
///     init(every interval: Duration, fileID: String = #fileID, line: Int = #line) {
///         self.interval = interval
///         place = SourcePlace(fileID: fileID, line: line)
///     }
///
///     func faults(in fleet: Fleet) -> [FleetFault] {
///         fleet.databases.isEmpty ? [.contradiction("there is nothing to back up: declare a Database", place: place)] : []
///     }
/// }
///
/// let backups = fleet.part(of: Backups.self)
/// ```
public protocol FleetPart: Hashable, Sendable {
    /// The name of the part among those of its type; nil for a part that a fleet has once.
    ///
    /// A part of a ``Variation`` takes the place of the part of the same type and name.
    var partName: String? { get }

    /// Whether a second part of the same type and name is a fault. Parts whose names are checked among all processes say no.
    var standsAlone: Bool { get }

    /// Where the part was declared.
    var place: SourcePlace { get }

    /// What contradicts itself in the part, or contradicts the rest of its fleet.
    func faults(in fleet: Fleet) -> [FleetFault]
}

extension FleetPart {
    public var partName: String? { nil }
    public var standsAlone: Bool { true }
    public func faults(in fleet: Fleet) -> [FleetFault] { [] }
}

extension FleetPart {
    fileprivate func equals(_ other: any FleetPart) -> Bool { other as? Self == self }
}

/// What a fleet has only one of: a type of parts, or a type and a name. `FleetService api` in words.
struct PartIdentity: Hashable, CustomStringConvertible {
    private let type: ObjectIdentifier
    private let typeName: String
    private let name: String?

    init<Part: FleetPart>(of part: Part) {
        type = ObjectIdentifier(Part.self)
        typeName = "\(Part.self)"
        name = part.partName
    }

    var description: String { name.map { "\(typeName) \($0)" } ?? typeName }
}

/// The parts of a fleet in order of declaration, and those of each type at hand.
struct PartList: Hashable, Sendable {
    private(set) var all: [any FleetPart] = []
    /// An array of the type's parts, by the type.
    private var byType: [ObjectIdentifier: any Sendable] = [:]

    init(_ parts: [any FleetPart]) {
        for part in parts { append(part) }
    }

    private mutating func append<Part: FleetPart>(_ part: Part) {
        all.append(part)
        // Taken out before it grows, so that it is not copied for each part.
        var parts = byType.removeValue(forKey: ObjectIdentifier(Part.self)) as? [Part] ?? []
        parts.append(part)
        byType[ObjectIdentifier(Part.self)] = parts
    }

    func list<Part: FleetPart>(of type: Part.Type) -> [Part] { byType[ObjectIdentifier(type)] as? [Part] ?? [] }

    static func == (left: Self, right: Self) -> Bool {
        left.all.elementsEqual(right.all) { $0.equals($1) }
    }

    func hash(into hasher: inout Hasher) {
        for part in all { part.hash(into: &hasher) }
    }
}
