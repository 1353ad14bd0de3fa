"""500 dashboards of 20 panels with grafana-foundation-sdk, written to a folder: the ones that Dashboards.swift makes.

usage: peer.py FOLDER
"""

import os
import sys

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as models
from grafana_foundation_sdk.models import dashboard as dashboard_models

SOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
TARGETS = 'job=~"$job", instance=~"$instance"'


def query(expression, legend):
    return prometheus.Dataquery().expr(expression).legend_format(legend).range().datasource(SOURCE)


def panel(builder, title, description, unit, limit=None):
    steps = [dashboard_models.Threshold(value=None, color="green")]
    if limit is not None:
        steps.append(dashboard_models.Threshold(value=limit, color="red"))
    return (
        builder.title(title)
        .description(description)
        .datasource(SOURCE)
        .unit(unit)
        .min(0)
        .span(6)
        .height(8)
        .thresholds(dashboard.ThresholdsConfig().mode(dashboard_models.ThresholdsMode.ABSOLUTE).steps(steps))
    )


def lines(title, description, unit, limit=None, stacked=False):
    mode = models.StackingMode.NORMAL if stacked else models.StackingMode.NONE
    style = models.GraphThresholdsStyleMode.LINE if limit is not None else models.GraphThresholdsStyleMode.OFF
    return (
        panel(timeseries.Panel(), title, description, unit, limit)
        .draw_style(models.GraphDrawStyle.LINE)
        .fill_opacity(30 if stacked else 10)
        .line_width(1)
        .show_points(models.VisibilityMode.NEVER)
        .span_nulls(False)
        .stacking(common.StackingConfig().group("A").mode(mode))
        .thresholds_style(common.GraphThresholdsStyleConfig().mode(style))
        .legend(
            common.VizLegendOptions()
            .display_mode(models.LegendDisplayMode.LIST)
            .placement(models.LegendPlacement.BOTTOM)
            .show_legend(True)
        )
        .tooltip(common.VizTooltipOptions().mode(models.TooltipDisplayMode.MULTI).sort(models.SortOrder.DESCENDING))
    )


def panels(service, row):
    own = f'service="{service}", {TARGETS}'
    yield lines(f"CPU {row}", "CPU of each process.", "percent", 70).with_target(
        query(f"worker_cpu_usage_percent{{{own}}}", "{{instance}}")
    )
    yield lines(f"Queue {row}", "Notifications by state.", "short", 10000, stacked=True).with_target(
        query(f"max by (state) (notification_queue_depth{{{own}}})", "{{state}}")
    )
    yield panel(stat.Panel(), f"Throughput {row}", "Deliveries per second.", "cps").with_target(
        query(f"sum(rate(notifications_delivered_total{{{own}}}[$__rate_interval]))", "delivered")
    )
    latency = lines(f"Latency {row}", "Time of one attempt to deliver.", "s")
    for share, name in [(0.5, "p50"), (0.95, "p95"), (0.99, "p99")]:
        buckets = f"notification_delivery_duration_seconds_bucket{{{own}}}[$__rate_interval]"
        latency = latency.with_target(query(f"histogram_quantile({share}, sum by (le) (rate({buckets})))", name))
    yield latency


def variable(name, narrowed):
    return (
        dashboard.QueryVariable(name)
        .label(name.capitalize())
        .query(f"label_values(apus_service_up{narrowed}, {name})")
        .datasource(SOURCE)
        .multi(True)
        .include_all(True)
        .all_value(".+")
        .refresh(dashboard_models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(dashboard_models.VariableSort.ALPHABETICAL_ASC)
    )


def service_dashboard(number):
    service = f"service-{number}"
    builder = (
        dashboard.Dashboard(f"Service {number}")
        .uid(service)
        .description(f"Service {number} at work.")
        .tags(["apus"])
        .refresh("10s")
        .time("now-1h", "now")
        .timezone("browser")
        .readonly()
        .with_variable(dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus"))
        .with_variable(variable("job", ""))
        .with_variable(variable("instance", '{job=~"$job"}'))
    )
    for row in range(1, 6):
        for item in panels(service, row):
            builder = builder.with_panel(item)
    return builder.build()


def main():
    if len(sys.argv) != 2:
        print("usage: peer.py FOLDER")
        sys.exit(2)
    folder = os.path.join(sys.argv[1], "dashboards")
    os.makedirs(folder, exist_ok=True)
    encoder = JSONEncoder(sort_keys=True, indent=2)
    for number in range(1, 501):
        with open(os.path.join(folder, f"service-{number}.json"), "w", encoding="utf-8") as file:
            file.write(encoder.encode(service_dashboard(number)) + "\n")


main()
