import ApusTopology
import Testing

@Suite struct `Description of a fleet` {
    private let small = Fleet("shop", environment: .staging) {
        FleetService("api", role: .api) { Instance("api-1", port: 3001, metricsPort: 9101) }
        FleetService("worker", role: .worker, scaling: Scaling(minimum: 1, maximum: 4)) {
            Instance("worker-1", metricsPort: 9091)
        }
        Database("postgres", pooler: Pooler())
        Broker("rabbitmq", queues: [BrokerQueue("mail", consumers: "worker")])
        LoadBalancer(service: "api")
        Objective.availability(of: "api", 0.999)
        Thresholds(.connections(60))
        Routing(default: "team", port: 9193) {
            Receiver("team", .webhook(url: "http://127.0.0.1:8025/alerts"))
            Receiver("on-call", .pagerDuty(routingKeyFile: "/etc/pager"), .slack(channel: "#a", webhookFile: "/etc/slack"))
            Route(severity: .critical, .high, service: "worker", to: "on-call")
        }
    }

    @Test func `the table says what runs where, what is promised and who hears of it`() {
        #expect(
            small.table(watched: [
                Threshold.cpuPercent.standard, Threshold.memory.standard, small.thresholds[Threshold.connections],
            ])
                == """
                shop, staging, on 127.0.0.1

                SERVICE  ROLE    RUNTIME  INSTANCE  ADDRESS         MEMORY    CONNECTIONS  REPLICAS
                api      api     swift    api-1     127.0.0.1:3001  1024 MiB  5            1
                worker   worker  swift    worker-1  -               1024 MiB  5            1-4

                SERVER                  PROCESS             ADDRESS
                prometheus              prometheus          127.0.0.1:9090
                agent                   agent               127.0.0.1:9480
                alertmanager            alertmanager        127.0.0.1:9193
                database                postgres            127.0.0.1:5432
                database exporter       postgres-exporter   127.0.0.1:9187
                pooler                  pgbouncer           127.0.0.1:6432
                pooler exporter         pgbouncer-exporter  127.0.0.1:9127
                broker                  rabbitmq            127.0.0.1:5672
                broker metrics          rabbitmq            127.0.0.1:15692
                load balancer           nginx               127.0.0.1:8080
                load balancer status    nginx               127.0.0.1:8081
                load balancer exporter  nginx-exporter      127.0.0.1:9113

                OBJECTIVE         SERVICE  TARGET  PERIOD
                api-availability  api      99.9 %  30d

                THRESHOLD                 LIMIT           SEVERITY
                CPU of a process          70 % of a core  medium
                memory of a process       512 MiB         high
                connections of the fleet  60              high

                ALERTS          OF      GO TO    BY
                critical, high  worker  on-call  PagerDuty, Slack #a
                others          any     team     webhook

                """)
    }

    @Test func `the diagram leads from clients to stores, from processes to dashboards, and from alerts to people`() {
        #expect(
            small.mermaid == """
                flowchart LR
                    clients(["clients"])
                    p_nginx["nginx<br>8080"]
                    subgraph s_api["api"]
                        p_api_1["api-1<br>3001"]
                    end
                    subgraph s_worker["worker"]
                        p_worker_1["worker-1"]
                    end
                    p_postgres["postgres<br>5432"]
                    p_pgbouncer["pgbouncer<br>6432"]
                    p_rabbitmq["rabbitmq<br>5672"]
                    p_agent["agent<br>9480"]
                    p_prometheus["prometheus<br>9090"]
                    p_alertmanager["alertmanager<br>9193"]
                    p_grafana["grafana"]
                    r_team(["team"])
                    r_on_call(["on-call"])
                    clients --> p_nginx
                    p_nginx --> s_api
                    s_api --> p_pgbouncer
                    s_worker --> p_pgbouncer
                    p_pgbouncer --> p_postgres
                    s_api --> p_rabbitmq
                    p_rabbitmq -->|mail| s_worker
                    s_api -.-> p_agent
                    s_worker -.-> p_agent
                    p_agent -.-> p_prometheus
                    p_nginx -.-> p_prometheus
                    p_postgres -.-> p_prometheus
                    p_pgbouncer -.-> p_prometheus
                    p_rabbitmq -.-> p_prometheus
                    p_prometheus -.-> p_grafana
                    p_prometheus ==> p_alertmanager
                    p_alertmanager ==> r_team
                    p_alertmanager ==> r_on_call

                """)
    }
}
