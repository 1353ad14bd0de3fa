extension WebPage {
    /// The open instance: its charts, its unit, its last errors, its sources and what they cost.
    static let instance = #"""
        const side = { key: "", at: -1e9, charts: {}, times: [], values: {}, until: 0, back: null };
        const drawings = [
          ["cpuPercent", "CPU", percent, () => limits.cpu.above], ["residentBytes", "Memory", bytes, () => limits.memory.above],
            ["heapBytes", "Heap", bytes],
          ["connections", "Connections", count], ["queueDepth", "Queue", count, () => limits.queue.above],
            ["up", "Up", (value) => Math.round(value * 100) + " %"],
        ];

        function openInstance(key) {
          const panel = byId("instance");
          if (side.key === key) return;
          if (!side.key) side.back = document.activeElement?.closest?.("#table tbody tr")?.key ?? key;
          Object.assign(side, { key, at: -1e9, times: [], values: {}, until: 0 });
          const [service, instance] = JSON.parse(key);
          const close = make("button", { type: "button", id: "close", "aria-keyshortcuts": "Escape" }, "Close");
          close.addEventListener("click", () => choose({ open: "" }));
          side.charts = Object.fromEntries(drawings.map(([id, name, text, limit]) => [id, new Chart(name, text, limit?.())]));
          side.facts = make("div"); side.note = make("p", { class: "quiet" }, "loading");
          panel.replaceChildren(
            make("div", { class: "head" }, make("h2", { id: "instance-name" }, make("bdi", {}, shown(service)), " / ",
              make("bdi", {}, shown(instance))), close),
            side.note, make("div", { class: "charts" }, ...Object.values(side.charts).map((chart) => {
              chart.figure.hidden = true; return chart.figure; })), side.facts);
          panel.hidden = false;
          byId("main").classList.add("split");
          cover();
          panel.scrollTop = 0;
          panel.focus({ preventScroll: true });
          refreshInstance(true);
        }
        function closeInstance() {
          if (!side.key) return;
          const key = side.key, back = side.back;
          Object.assign(side, { key: "", back: null });
          byId("instance").hidden = true;
          byId("instance").replaceChildren();
          byId("main").classList.remove("split");
          cover();
          (drawn.get(back) ?? drawn.get(key))?.link.focus();
        }
        // Where the panel covers the page nothing behind it can be reached.
        const isNarrow = matchMedia("(width < 1000px)");
        function cover() {
          const isCovered = Boolean(side.key) && isNarrow.matches;
          for (const one of [byId("fleet"), document.querySelector("header"),
            document.querySelector("footer")]) one.inert = isCovered;
          document.body.style.overflow = isCovered ? "hidden" : "";
        }

        async function refreshInstance(isAnew) {
          const now = performance.now(), key = side.key;
          if (!key || document.hidden || !isAnew && now - side.at < 5000) return;
          side.at = now;
          if (isAnew) Object.assign(side, { times: [], values: {}, until: 0 });
          const [service, instance] = JSON.parse(key);
          const query = "service=" + encodeURIComponent(service) + "&instance=" + encodeURIComponent(instance);
          try {
            const wanted = side.until;
            const [detail, past] = await Promise.all([ask("api/v1/instance?" + query),
              ask("api/v1/history?" + query + (wanted ? "&since=" + wanted : "")).catch(() => null)]);
            if (side.key !== key) return;
            if (past && wanted === side.until) takePast(past);
            showInstance(detail);
          } catch (error) {
            if (side.key === key) setText(side.note, error instanceof Refused ? error.message
              : "Nothing is known of it at the moment: " + error.message);
          }
        }
        function takePast(past) {
          const former = side.times.length;
          side.times.push(...past.times);
          for (const [id] of drawings) {
            const more = past.series?.[id];
            if (!more && !side.values[id]) continue;
            const values = side.values[id] ?? new Array(former).fill(null);
            values.push(...(more ?? new Array(past.times.length).fill(null)));
            side.values[id] = values;
          }
          const begin = (side.times[side.times.length - 1] ?? 0) - hour;
          const gone = Math.max(0, side.times.findIndex((time) => time >= begin));
          side.times.splice(0, gone);
          for (const values of Object.values(side.values)) values.splice(0, gone);
          side.until = side.times[side.times.length - 1] ?? 0;
          side.reason = past.reason;
        }

        function facts(title, pairs) {
          const known = pairs.filter(([, value]) => value !== undefined && value !== null && value !== "" && value !== dash);
          if (!known.length) return null;
          return [make("h3", {}, title), make("dl", {}, ...known.flatMap(([name, value]) => [make("dt", {}, name),
            make("dd", {}, make("bdi", {}, shown(value)))]))];
        }
        function showInstance(detail) {
          const { row, unit, processes, sources, errors, limits: taken } = detail;
          for (const [id, chart] of Object.entries(side.charts)) {
            const values = side.values[id] ?? [];
            // Whether it was there is drawn where it was not.
            chart.draw(side.times, id === "up" && values.every((value) => value === 1 || !isNumber(value)) ? [] : values,
              side.until);
          }
          setText(side.note, side.times.length ? "" : shown(side.reason ?? "No history yet: it begins after two looks."));
          side.note.hidden = Boolean(side.times.length);
          const now = detail.agent.time, ago = (time) => isNumber(time) ? span(now - time) + " ago" : undefined;
          const parts = [];
          parts.push(facts("Now", [
            ["State", row.state + (row.hungReason ? ": " + row.hungReason : "")
              + (isNumber(row.sinceTime) ? ", for " + span(now - row.sinceTime) : "")],
            ["Process", row.pid === undefined ? undefined : "pid " + row.pid
              + (isNumber(detail.uptimeSeconds) ? ", up for " + span(detail.uptimeSeconds) : "")],
            ["Processes", processes && processes.count + ", of these "
              + ["running", "sleeping", "stopped", "zombie"].filter((one) => processes[one]).map((one) => processes[one] + " "
              + one).join(", ")],
            ["CPU time", isNumber(row.cpuSeconds) ? span(row.cpuSeconds) : undefined],
              ["Memory", isNumber(row.residentBytes) ? bytes(row.residentBytes)
              + (row.residentPeakBytes ? ", at most " + bytes(row.residentPeakBytes) : "") : undefined],
            ["Heap", bytes(row.heapBytes)], ["Virtual", bytes(detail.virtualBytes)], ["Threads", row.threads],
            ["Files", isNumber(row.openFiles) ? row.openFiles + (isNumber(row.maxFiles) ? " of " + row.maxFiles : "")
              : undefined],
            ["Reports", row.reports], ["Sign of life", isNumber(detail.heartbeatAgeSeconds) ? span(detail.heartbeatAgeSeconds)
              + " ago" : undefined],
            ["Restarts", row.restarts], ["Expected", row.expected ? "yes" : undefined],
          ]));
          parts.push(unit && facts("Unit", [
            ["Name", unit.unit], ["State", [unit.activeState, unit.subState].filter(Boolean).join(", ")],
              ["Loaded", unit.loadState], ["Result", unit.result],
            ["Changed", ago(unit.stateChangeTime)], ["Restarts by systemd", unit.restarts],
              ["Main process", unit.mainPid || undefined],
            ["Memory", bytes(unit.memoryBytes)], ["CPU time", isNumber(unit.cpuSeconds) ? span(unit.cpuSeconds) : undefined],
            ["Tasks", isNumber(unit.tasks) ? unit.tasks + (isNumber(unit.tasksMax) ? " of " + unit.tasksMax : "") : undefined],
          ]));
          for (const [title, values] of [["Connections", detail.connectionPools], ["Queue", detail.queueStates]]) {
            if (values?.length) parts.push(facts(title, values.slice(0,
              40).map(({ labels, value }) => [Object.values(labels).map(shown).join(", ") || "all", count(value)])));
          }
          parts.push([make("h3", {}, "Last errors in the journal"), errors?.length
            ? make("ul", { class: "entries" }, ...errors.map((entry) => make("li", {},
              make("span", { class: "quiet" }, clock(entry.time) + ", " + ago(entry.time) + ", " + shown(entry.priority)
              + ": "),
              make("bdi", {}, entry.message === undefined ? "its text is not told here (--journal-messages)"
                : shown(entry.message)))))
            : make("p", { class: "quiet" }, "none known")]);
          if (sources?.length) parts.push([make("h3", {}, "Sources and what they cost"), make("table", { class: "sources" },
            make("thead", {}, make("tr", {}, ...["Source", "State", "Age",
              "Reading took"].map((name) => make("th", { scope: "col" }, name)))),
            make("tbody", {}, ...sources.map((one) => make("tr", {}, make("th", { scope: "row" }, shown(one.source)),
              make("td", {}, make("span", { class: "state", "data-is": one.status === "pass" ? "up" : "down" },
                one.status === "pass" ? "● read" : "■ fails")),
              make("td", {}, span(one.ageSeconds)), make("td", {}, span(one.readSeconds))))))]);
          if (taken?.length) parts.push(facts("Limits", taken.map((one) => [shown(one.limit).replaceAll("_", " "),
            count(one.value) + (isNumber(one.most) ? " of " + count(one.most) : "")])));
          side.facts.replaceChildren(...parts.flat().filter(Boolean));
        }

        """#
}
