import CommandConventions
import ClusterSupervisor

/// What the command line says of the processes of a local fleet.
struct LocalFleetSettings {
    var samplingInterval: Duration
    var leaseDuration: Duration
    var pollInterval: Duration
    var restart: RestartPolicy
}
