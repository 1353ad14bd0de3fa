extension WebPage {
    /// From the agent's rows to what is shown, with the limits of the alerts.
    static let model = #"""
        const keyOf = (row) => JSON.stringify([row.service, row.instance]);
        const worse = (one, other) => one === "high" || other === "high" ? "high" : one ?? other;
        const absent = (why) => ({ text: dash, title: why });

        function figure(value, text, why, limit) {
          if (!isNumber(value)) return absent(why);
          const isOver = limit && (limit.share ?? value) > limit.above;
          return isOver ? { text: text(value), level: limit.level, title: limit.says } : { text: text(value), title: null };
        }
        function limitOf(id, share) {
          const limit = limits[id];
          const text = { cpu: percent, memory: bytes, pool: (value) => Math.round(value * 100) + " % of those there may be",
            queue: count, age: span }[id];
          return { above: limit.above, level: limit.level, share, says: "above " + text(limit.above) + ", from where on "
            + limit.alert + " fires unless the fleet sets another limit" };
        }

        function model(raw) {
          const isGone = raw.state === "down" || raw.state === "ended";
          const why = isGone ? "nothing runs under this name" : "";
          const { connections, queue, lastError } = raw;
          const open = connections ? (connections.used ?? 0) + (connections.idle ?? 0) : undefined;
          const share = connections?.max > 0 ? (connections.used ?? 0) / connections.max : undefined;
          const figures = {
            // The limits of CPU and memory are those of one process.
            cpu: figure(raw.cpuPercent, percent, why || "not known before the second look, nor of what reports over HTTP",
              raw.processes > 1 ? null : limitOf("cpu")),
            memory: figure(raw.residentBytes, bytes, why || "the process is not seen from here, and does not say",
              raw.processes > 1 ? null : limitOf("memory")),
            heap: figure(raw.heapBytes, bytes, why || "the service does not report its heap"),
            connections: connections ? figure(connections.used ?? 0, (value) => count(value)
              + (isNumber(connections.max) ? " / " + count(connections.max) : ""), "", isNumber(share) ? limitOf("pool", share) : null)
              : absent(why || "the service reports no pool of connections"),
            queue: queue ? figure(queue.depth ?? 0, (value) => count(value)
              + (queue.oldestAgeSeconds > 0 ? " · " + span(queue.oldestAgeSeconds) : ""), "", limitOf("queue"))
              : absent(why || "the service reports no queue"),
            restarts: figure(raw.restarts, count, "not seen to start yet"),
          };
          if (queue && !figures.queue.level && queue.oldestAgeSeconds > limits.age.above) {
            const late = limitOf("age");
            figures.queue.level = late.level; figures.queue.title = "the oldest entry waits for " + late.says;
          }
          if (connections && !figures.connections.title) figures.connections.title = open + " open"
            + (isNumber(connections.max) ? ", of " + connections.max + " at most" : "");
          if (isNumber(raw.unitRestarts)) figures.restarts.title = "systemd has restarted its unit " + raw.unitRestarts
            + " times";
          let worst = raw.state === "down" ? "high" : raw.state === "hung" ? "medium" : undefined;
          for (const one of Object.values(figures)) worst = worse(worst, one.level);
          const error = lastError ? (lastError.message ?? lastError.priority + " in the journal") : undefined;
          return {
            raw, key: keyOf(raw), service: raw.service, instance: raw.instance, name: raw.service + "/" + raw.instance,
              kind: raw.kind,
            state: raw.state in order ? raw.state : "down", reason: raw.hungReason, processes: raw.processes,
            cpu: raw.cpuPercent, memory: raw.residentBytes, heap: raw.heapBytes, connections: connections?.used,
              queue: queue?.depth,
            restarts: raw.restarts, error, errorAt: lastError?.time, figures, worst,
            searched: [raw.service, raw.instance, raw.kind, raw.state, "state:" + raw.state, raw.unit, error,
              raw.pid].filter((one) => one !== undefined).join(" ").toLowerCase(),
          };
        }

        """#
}
