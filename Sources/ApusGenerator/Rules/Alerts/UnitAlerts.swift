import ApusTopology

struct UnitAlerts {
    let fleet: Fleet
    var all: [Alert] { [] }
}
