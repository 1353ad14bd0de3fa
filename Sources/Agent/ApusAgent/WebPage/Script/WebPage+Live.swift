extension WebPage {
    /// How the page stays true: by events, by asking where none arrive, and by saying how old it is.
    static let live = #"""
        let agent = { intervalSeconds: 15 };
        let takenAt = null, tookWay = "";
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
          agent = document.agent;
          takenAt = performance.now();
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
          const isMore = changed.some((key) => !drawn.has(key) && matches(fleet.get(key)));
          const isOther = changed.some((key) => was.get(key) !== fleet.get(key).state);
          redraw(isAnother ? drawn.keys() : changed);
          arrange(isMore || isLess || isOther && choice.sort === "state" && !pointerIn);
          if (!isMore && !isLess) showCounts(drawn.size);
          if (document.probes || isFull) showProbes(document.probes ?? []);
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
          byId("empty").hidden = fleet.size > 0; byId("table").hidden = !fleet.size;
            document.querySelector(".bar").hidden = !fleet.size;
        }

        function showProbes(probes) {
          byId("probes").hidden = !probes.length;
          byId("probe-rows").replaceChildren(...probes.slice(0, 500).map((probe) => make("tr", {},
            make("th", { scope: "row" }, make("bdi", {}, shown(probe.service + "/" + probe.instance)), " " + shown(probe.probe)),
            make("td", {}, make("span", { class: "state", "data-is": probe.up ? "up" : "down" }, probe.up ? "● up" : "■ down")),
            make("td", {}, span(probe.durationSeconds)),
            make("td", {}, probe.lastFailure ? shown(probe.lastFailure.reason + ": " + (probe.lastFailure.text ?? "")) : dash))));
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
            if (answer) take(answer, true, "asked"); else { takenAt = performance.now(); tick(); warn(null); }
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
          const silent = (performance.now() - Math.max(streamAt, hasHeard ? takenAt ?? 0 : 0)) / 1000;
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
