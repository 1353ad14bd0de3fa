extension WebPage {
    /// How the page stays true: by events, by asking where none arrive, and by saying how old it is.
    static let live = #"""
        let agent = { intervalSeconds: 15 };
        // When figures came that were new, and when anything came.
        let takenAt = null, heardAt = null, tookWay = "";
        // The agent's own clock, whatever this browser's says.
        const agentTime = () => (agent.time ?? Date.now() / 1000) + (takenAt === null ? 0 : (performance.now() - takenAt) / 1000);
        const titleName = () => shown(agent.host ?? "apus-agent") + " · Apus";
        const tags = new Map();

        class Refused extends Error {}

        // Answers what is new, or nothing where the agent says that all is as it was.
        async function ask(path, isTagged) {
          const headers = isTagged && tags.has(path) ? { "If-None-Match": tags.get(path) } : {};
          // The cache is the browser's own: a 304 for a tag of ours comes through.
          const answer = await fetch(path, { headers, cache: "no-store", credentials: "same-origin",
            signal: AbortSignal.timeout(15000) });
          if (answer.status === 304) return null;
          if (answer.status === 401) throw new Refused("The agent asks for a user and a password: load this page again.");
          if (answer.status === 403 || answer.status === 421) throw new Refused("The agent refuses to answer here: "
            + shown((await answer.text()).slice(0, 300)));
          if (answer.status === 503) throw new Error("the agent is busy");
          if (!answer.ok) throw new Error(shown((await answer.text()).slice(0, 300)) || "the agent answered with "
            + answer.status);
          if (isTagged) { const tag = answer.headers.get("ETag"); if (tag) tags.set(path, tag); }
          return await answer.json();
        }

        function warn(text) {
          const notice = byId("notice");
          if (notice.textContent !== (text ?? "")) notice.textContent = text ?? "";
          notice.hidden = !text;
        }

        // What a row says of its journal's text is kept where an event leaves it out.
        function keepText(raw, former) {
          const one = raw.lastError, other = former?.raw.lastError;
          if (one && one.message === undefined && other?.message !== undefined
            && other.time === one.time) one.message = other.message;
          return raw;
        }

        function take(document, isFull, way) {
          const isAnother = agent.boot !== undefined && document.agent.boot !== agent.boot;
          // An agent that answers and takes no samples tells the same again and again: how old that is counts from when it was new.
          if (takenAt === null || isAnother || document.agent.time !== agent.time) takenAt = performance.now();
          heardAt = performance.now();
          agent = document.agent;
          tookWay = way;
          if (isAnother) { forgetHistory(); tags.clear(); say("The agent has started anew."); }
          const changed = [], was = new Map();
          for (const raw of document.instances ?? []) {
            const key = keyOf(raw), former = fleet.get(key), row = model(keepText(raw, former));
            was.set(key, former?.state);
            fleet.set(key, row);
            changed.push(key);
          }
          let isLess = false;
          if (isFull) { for (const key of [...fleet.keys()]) if (!was.has(key)) { fleet.delete(key); isLess = true; } }
          for (const one of document.gone ?? []) isLess = fleet.delete(keyOf(one)) || isLess;
          announce(was);
          if (document.probes || isFull) takeProbes(document.probes ?? []); else showProbes();
          const isMore = changed.some((key) => !drawn.has(key) && matches(fleet.get(key)));
          const isOther = changed.some((key) => was.get(key) !== fleet.get(key).state);
          redraw(isAnother ? drawn.keys() : changed);
          arrange(isMore || isLess || isOther && choice.sort === "state" && !pointerIn);
          if (!isMore && !isLess) showCounts(drawn.size);
          showFacts(document.rowsLeftOut);
          warn(null);
          tick();
          refreshHistory();
          if (choice.open) refreshInstance(isAnother);
        }

        function showFacts(leftOut) {
          setText(byId("host"), shown(agent.host ?? "apus-agent"));
          setText(byId("facts"), "apus-agent " + shown(agent.version) + ", a look every " + span(agent.intervalSeconds)
            + ", up for " + span(agent.time - agent.startedTime) + ", " + percent(agent.cpuPercent) + " CPU, "
              + bytes(agent.residentBytes)
            + (agent.status && agent.status !== "pass" ? ", health: " + shown(agent.status) : "")
              + (leftOut ? "; " + leftOut + " more rows are left out" : ""));
          byId("empty").hidden = fleet.size + probes.length > 0; byId("table").hidden = !fleet.size;
            document.querySelector(".bar").hidden = !(fleet.size + probes.length);
        }

        // What was not asked yet is neither up nor down.
        const probeState = (probe) => probe.up ? "up" : probe.up === false ? "down" : "not asked yet";
        const probeRanks = { down: 0, "not asked yet": 1, up: 2 };
        let probes = [];
        function takeProbes(some) {
          const was = new Map(probes.map((probe) => [probe.key, probe.state]));
          probes = some.slice(0, 500).map((raw) => {
            const state = probeState(raw), name = shown(raw.service + "/" + raw.instance) + " " + shown(raw.probe)
              + (raw.name ? " " + shown(raw.name) : "");
            const why = state === "down" && raw.lastFailure ? shown(raw.lastFailure.reason + ": " + (raw.lastFailure.text ?? "")) : "";
            return { raw, state, name, why, key: name, searched: [name, "probe", state, "state:" + state, why].join(" ").toLowerCase() };
          }).sort((a, b) => probeRanks[a.state] - probeRanks[b.state] || names.compare(a.name, b.name));
          for (const probe of probes) {
            if (was.size && was.get(probe.key) && was.get(probe.key) !== probe.state) say("Probe " + probe.name + " is " + probe.state + ".");
          }
          showProbes();
        }
        function showProbes() {
          const wanted = probes.filter((probe) => !choice.words?.length || choice.words.every((word) => probe.searched.includes(word)));
          const down = probes.filter((probe) => probe.state === "down").length;
          byId("probes").hidden = !probes.length;
          setText(byId("probes-name"), "Probes" + (wanted.length < probes.length ? " (" + wanted.length + " of " + probes.length + ")" : ""));
          byId("probes-down").hidden = !down;
          setText(byId("probes-down"), "■ " + down + (down === 1 ? " probe down" : " probes down"));
          byId("probe-rows").replaceChildren(...wanted.map(({ raw, state, name, why }) => make("tr", { role: "row",
              "data-worst": state === "down" ? "high" : "" },
            make("td", { role: "cell" }, make("span", { class: "state", "data-is": state === "not asked yet" ? "ended" : state },
              state === "up" ? "● up" : state === "down" ? "■ down" : "○ not asked yet")),
            make("th", { role: "rowheader", scope: "row" }, make("bdi", {}, name)),
            make("td", { role: "cell" }, raw.answerTime ? span(Math.max(0, agentTime() - raw.answerTime)) + " ago" : "never"),
            make("td", { role: "cell" }, span(raw.durationSeconds)),
            make("td", { role: "cell", class: why ? "why" : "why none" }, why || dash))));
        }

        // Says changes of state and nothing else, together, at most every ten seconds.
        let spoken = [], isSpeaking = false;
        function say(text) {
          spoken.push(text);
          if (isSpeaking) return;
          isSpeaking = true;
          setTimeout(() => {
            byId("said").textContent = spoken.length > 4 ? spoken.slice(0, 3).join(" ") + " And " + (spoken.length - 3)
              + " more changes." : spoken.join(" ");
            spoken = [];
            setTimeout(() => { isSpeaking = false; if (spoken.length) say(spoken.pop()); }, 10000);
          }, 200);
        }
        function announce(was) {
          for (const [key, state] of was) {
            const row = fleet.get(key);
            if (row && state && state !== row.state) say(shown(row.name) + " is " + row.state + ".");
          }
        }

        // Every second while somebody looks: how old what is shown is.
        const patience = () => Math.max(5, agent.intervalSeconds * 3);
        function tick() {
          const age = byId("age"), seconds = takenAt === null ? null : (performance.now() - takenAt) / 1000;
          const isLate = seconds === null || seconds > patience();
          setAttribute(age, "data-is", isLate ? "late" : "fresh");
          setText(age, seconds === null ? "connecting" : isLate ? "stale for " + span(seconds) : "live, "
            + (seconds < 1 ? "now" : span(Math.floor(seconds)) + " ago") + (tookWay === "asked" ? ", by asking" : ""));
        }

        let stream = null, timers = new Set(), failures = 0, askingUntil = 0, streamAt = 0, hasHeard = false;
        function later(seconds, work) {
          const timer = setTimeout(() => { timers.delete(timer); work(); }, seconds * 1000);
          timers.add(timer);
        }
        function stop() {
          stream?.close(); stream = null;
          for (const timer of timers) { clearTimeout(timer); clearInterval(timer); }
          timers.clear();
        }
        function start() {
          stop();
          timers.add(setInterval(() => { tick(); watch(); }, 1000));
          tick();
          load().then(() => { if (!document.hidden && !stream) follow(); });
        }

        async function load() {
          try {
            const answer = await ask("api/v1/instances", true);
            failures = 0;
            if (answer) take(answer, true, "asked"); else { heardAt = performance.now(); tick(); warn(null); }
            return true;
          } catch (error) {
            failures += 1;
            warn(error instanceof Refused ? error.message : "The agent does not answer ("
              + (error.name === "TimeoutError" ? "no answer in 15 s" : error instanceof TypeError ? "no connection"
              : error.message)
              + "). What is shown stays until it does.");
            tick();
            return false;
          }
        }

        function follow() {
          stream?.close(); stream = null;
          if (document.hidden) return;
          const one = stream = new EventSource("api/v1/live");
          let errors = 0;
          streamAt = performance.now(); hasHeard = false;
          one.addEventListener("state", (event) => {
            if (one !== stream) return;
            hasHeard = true; failures = 0; errors = 0;
            let document;
            try { document = JSON.parse(event.data); } catch { return; }
            take(document, document.full, "told");
            // Events tell no texts of the journal; who may have them asks.
            if (canRead && [...fleet.values()].some((row) => row.raw.lastError
              && row.raw.lastError.message === undefined)) askTexts();
          });
          one.addEventListener("error", () => {
            if (one !== stream) return;
            // The browser connects again by itself, once; that fails where the agent is away, or refuses.
            errors += 1;
            if (one.readyState !== 2 && errors < 2) { streamAt = performance.now(); return; }
            again();
          });
        }
        let canRead = false, textsAt = -1e9;
        async function askTexts() {
          if (performance.now() - textsAt < 10000) return;
          textsAt = performance.now();
          try {
            const answer = await ask("api/v1/instances");
            canRead = answer.agent.messagesIncluded;
            if (canRead) take(answer, true, "told");
          } catch { /* The rows stay without. */ }
        }

        // Connects anew after a while, longer with each failure; meanwhile it asks.
        function again() {
          stream?.close(); stream = null;
          const wait = Math.min(30, 2 ** Math.min(5, failures)) * (0.75 + Math.random() / 2);
          later(wait, async () => {
            if (document.hidden) return;
            await load();
            follow();
          });
        }
        function watch() {
          if (!stream) return;
          const silent = (performance.now() - Math.max(streamAt, hasHeard ? heardAt ?? 0 : 0)) / 1000;
          // The whole comes first and at once: where it does not, something between holds it back.
          if (!hasHeard && silent > 10) {
            stream.close(); stream = null;
            askingUntil = performance.now() + 120000;
            askEvery();
          }
          else if (hasHeard && silent > patience()) again();
        }
        function askEvery() {
          later(Math.max(2, agent.intervalSeconds), async () => {
            if (document.hidden) return;
            await load();
            if (performance.now() < askingUntil) askEvery(); else follow();
          });
        }

        """#
}
