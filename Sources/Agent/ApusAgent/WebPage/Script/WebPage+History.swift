extension WebPage {
    /// The hour of all rows, a hundred and twenty points each at most, that end with the same time.
    static let history = #"""
        const sparks = { times: [], rows: new Map(), until: 0 };
        const kept = { cpu: "cpuPercent", memory: "residentBytes", queue: "queueDepth" };

        // Takes an answer for all rows; of one with the points since the last one, those of the same minute take each other's place.
        function takeHistory(answer, isWhole) {
          if (isWhole) { sparks.times = []; sparks.rows.clear(); }
          const { times } = answer;
          if (!times?.length) return;
          const former = sparks.times.length;
          const steps = [];
          times.forEach((time, index) => {
            const last = sparks.times.length - 1;
            if (!isWhole && last > 60 && time - sparks.times[last - 1] < 60) { sparks.times[last] = time;
              steps.push([index, last]); }
            else { sparks.times.push(time); steps.push([index, last + 1]); }
          });
          const begin = times[times.length - 1] - hour;
          const gone = Math.max(0, sparks.times.findIndex((time) => time >= begin));
          const named = new Map(answer.instances.map((one) => [keyOf(one), one]));
          for (const key of new Set([...sparks.rows.keys(), ...named.keys()])) {
            const one = named.get(key), row = sparks.rows.get(key) ?? {};
            for (const [id, member] of Object.entries(kept)) {
              const values = one?.[member];
              if (!values && !row[id]) continue;
              // Aligned at the end: what is shorter began later.
              const line = row[id] ? row[id].slice() : [];
              while (line.length < former) line.unshift(null);
              for (const [index, place] of steps) line[place] = values?.[index - (times.length - values.length)] ?? null;
              line.splice(0, gone);
              if (line.some(isNumber)) row[id] = line; else delete row[id];
            }
            if (Object.keys(row).length) sparks.rows.set(key, row); else sparks.rows.delete(key);
          }
          sparks.times.splice(0, gone);
          sparks.until = times[times.length - 1];
        }

        let isFetchingHistory = false;
        async function refreshHistory() {
          if (isFetchingHistory || document.hidden) return;
          // The agent's clock was set back: the points are taken anew, in the order in which they came.
          if (agent.historyTime < sparks.until) forgetHistory();
          const isWhole = !sparks.until;
          if (!isWhole && agent.historyTime === sparks.until) return;
          isFetchingHistory = true;
          const boot = agent.boot;
          try {
            // All points of a young agent, of which there are few; else as many as a small picture has room for.
            const points = agent.time - agent.startedTime < 900 ? 240 : 60;
            const answer = await ask("api/v1/history?all=1&points=" + points + (isWhole ? "" : "&since=" + sparks.until));
            // Another agent has begun meanwhile: what this one said is asked for anew.
            if (answer && boot === agent.boot) { takeHistory(answer, isWhole); redraw(drawn.keys()); }
          } catch (error) { /* The rows are shown without; the next event asks again. */ } finally { isFetchingHistory = false; }
        }
        function forgetHistory() { sparks.times = []; sparks.rows.clear(); sparks.until = 0; }

        """#
}
