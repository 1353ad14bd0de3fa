public import ApusMetrics

/// The systemd unit of a reporting service, to join its series with those of units.
public enum ServiceUnit: MetricSubsystem {
    public static let unit = Info<UnitLabels>(
        "apus_service_unit_info", "Always 1; the label unit is the systemd unit that the instance's process runs in.")

    public static let title = "Units of reporting services"
    public static let origin = MetricOrigin.unit
    public static let families = [unit.family]
}
