import ApusTopology

struct MonitoringAlerts {
    let fleet: Fleet
    var all: [Alert] { [] }
}
