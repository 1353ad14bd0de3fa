extension WebPage {
    /// The table: rows kept by their key, drawn where they are seen at once and elsewhere when nothing else is to do.
    static let rows = #"""
        const columns = [
          { id: "state", name: "State", value: (row) => ranks[row.state]
            + (row.state === "up" && row.worst ? (row.worst === "high" ? -2 : -1) : 0) },
          { id: "name", name: "Instance", value: (row) => row.name },
          { id: "cpu", name: "CPU", title: "Percent of one core", value: (row) => row.cpu, falls: true },
          { id: "memory", name: "Memory", title: "Resident memory", value: (row) => row.memory, falls: true },
          { id: "heap", name: "Heap", value: (row) => row.heap, falls: true },
          { id: "connections", name: "Connections", title: "Database connections in use, and how many there may be",
            value: (row) => row.connections, falls: true },
          { id: "queue", name: "Queue", title: "Entries of the queue that wait, and the age of the oldest",
            value: (row) => row.queue, falls: true },
          { id: "restarts", name: "Restarts", value: (row) => row.restarts, falls: true },
          { id: "error", name: "Last error", title: "Newest error in the journal, first", value: (row) => row.errorAt
            ?? (row.error ? 1 : undefined), falls: true },
        ];
        const order = { down: 0, hung: 1, up: 2, ended: 3 }, ranks = { down: 0, hung: 1, up: 4, ended: 5 };
        const marks = { up: "●", down: "■", hung: "◆", ended: "○" };
        const names = new Intl.Collator("en", { numeric: true });

        const fleet = new Map();
        const drawn = new Map();
        const visible = new Set();
        let late = new Set();
        let choice = { search: "", only: "", sort: "state", falls: false, open: "" };

        function rise(a, b) {
          const column = columns.find((one) => one.id === choice.sort) ?? columns[0];
          const one = column.value(a), other = column.value(b);
          let result = 0;
          // What is not known comes last, whichever way.
          if (one === undefined || one === null) result = other === undefined || other === null ? 0 : 1;
          else if (other === undefined || other === null) result = -1;
          else {
            result = typeof one === "string" ? names.compare(one, other) : one - other;
            if (choice.falls) result = -result;
          }
          return result || names.compare(a.name, b.name) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
        }
        function matches(row) {
          if (choice.only === "trouble" ? row.state === "up" && !row.worst || row.state === "ended" : choice.only
            && row.state !== choice.only) return false;
          return !choice.words?.length || choice.words.every((word) => row.searched.includes(word));
        }

        // Rows stand in pieces of this many; whether one is seen is known of its piece.
        const piece = 25;
        const seen = new IntersectionObserver((entries) => {
          for (const { target, isIntersecting } of entries) {
            if (!isIntersecting) { visible.delete(target); continue; }
            visible.add(target);
            for (const { key } of target.children) if (late.delete(key)) drawn.get(key)?.draw();
          }
        }, { rootMargin: "200px" });

        class Row {
          constructor(key) {
            this.key = key;
            const cell = (id, kind) => make("td", { role: "cell", class: kind + " " + id,
              "data-label": columns.find((one) => one.id === id).name });
            this.link = make("a", { href: "#" }, make("bdi"));
            this.under = make("span", { class: "quiet" });
            this.name = make("th", { role: "rowheader", scope: "row" }, this.link, this.under);
            this.mark = make("span", { "aria-hidden": "true" }); this.word = document.createTextNode("");
            this.state = make("span", { class: "state" }, this.mark, " ", this.word);
            this.stateCell = make("td", { role: "cell", class: "state-cell" }, this.state);
            this.cells = {};
            for (const id of ["cpu", "memory", "queue"]) this.cells[id] = cell(id, "figure");
            for (const id of ["heap", "connections", "restarts"]) this.cells[id] = cell(id, "plain");
            this.numbers = {};
            for (const [id, one] of Object.entries(this.cells)) one.append(this.numbers[id] = make("span", { class: "number" }));
            this.sparks = {};
            this.error = make("td", { role: "cell", class: "error" });
            this.element = make("tr", { role: "row" }, this.stateCell, this.name, this.cells.cpu, this.cells.memory,
              this.cells.heap,
              this.cells.connections, this.cells.queue, this.cells.restarts, this.error);
            this.element.key = key;
          }
          draw() {
            const row = fleet.get(this.key);
            if (!row) return;
            setText(this.link.firstChild, shown(row.instance));
            setAttribute(this.link, "href", "#" + hash({ ...choice, open: row.key }));
            setText(this.under, [shown(row.service), row.kind === "group" ? row.processes + " processes" : row.kind === "page"
              ? "page" : ""].filter(Boolean).join(" · "));
            setAttribute(this.name, "title", shown(row.service + " / " + row.instance));
            this.name.classList.toggle("long", row.name.length > 18);
            setAttribute(this.state, "data-is", row.state);
            setText(this.mark, marks[row.state] ?? "?");
            if (this.word.data !== row.state) this.word.data = row.state;
            setAttribute(this.state, "title", row.reason ? shown(row.reason) : row.state === "up" ? "reports or runs"
              : row.state);
            for (const id in this.numbers) {
              const figure = row.figures[id];
              setText(this.numbers[id], figure.text);
              setAttribute(this.cells[id], "data-level", figure.level);
              setAttribute(this.cells[id], "title", figure.title);
            }
            setText(this.error, row.error ? shown(row.error) : dash);
            setAttribute(this.error, "title", row.error ? (row.errorAt ? span(agentTime() - row.errorAt) + " ago: " : "")
              + shown(row.error) : "no error in the journal that this page may show");
            this.error.classList.toggle("none", !row.error);
            setAttribute(this.element, "data-worst", row.worst);
            setAttribute(this.element, "data-open", choice.open === this.key);
            const values = sparks.rows.get(this.key);
            for (const id of ["cpu", "memory", "queue"]) {
              if (!values?.[id] && !this.sparks[id]) continue;
              this.sparks[id] ??= new Spark(this.cells[id]);
              this.sparks[id].draw(sparks.times, values?.[id] ?? [], id === "memory" ? 1 << 20 : 5);
            }
          }
          remove() { this.element.remove(); late.delete(this.key); }
        }

        // Draws rows that have changed: those that are seen now, others in time that nobody needs.
        let isIdleAsked = false;
        function redraw(keys) {
          for (const key of keys) {
            const row = drawn.get(key);
            if (row && visible.has(row.element.parentNode)) row.draw(); else if (row) late.add(key);
          }
          if (late.size && !isIdleAsked) { isIdleAsked = true;
            (window.requestIdleCallback ?? setTimeout)(drawLate, { timeout: 5000 }); }
        }
        function drawLate(deadline) {
          isIdleAsked = false;
          if (document.hidden) return;
          let left = 40;
          for (const key of late) {
            if (left-- <= 0 || (deadline?.timeRemaining && deadline.timeRemaining() < 3 && left < 35)) break;
            late.delete(key);
            drawn.get(key)?.draw();
          }
          if (late.size) { isIdleAsked = true; setTimeout(() => (window.requestIdleCallback ?? setTimeout)(drawLate,
            { timeout: 5000 }), 100); }
        }

        // Puts rows into their order with as few moves as can be; who has the focus keeps it.
        let arrangedAt = 0, pointerIn = false;
        function addPiece(table) {
          const body = make("tbody", { role: "rowgroup" });
          table.append(body);
          seen.observe(body);
          return body;
        }
        function arrange(isForced) {
          const now = performance.now();
          // Rows do not run away from a pointer, nor do they jump with every sample.
          if (!isForced && (pointerIn || now - arrangedAt < 5000)) return;
          arrangedAt = now;
          const wanted = [...fleet.values()].filter(matches).sort(rise);
          const keys = new Set(wanted.map((row) => row.key));
          const focused = document.activeElement?.closest?.("#table tbody tr")?.key;
          for (const [key, row] of drawn) if (!keys.has(key)) { row.remove(); drawn.delete(key); }
          const table = byId("table"), fresh = [];
          for (let start = 0, body = table.tHead; start < wanted.length; start += piece) {
            body = body.nextElementSibling ?? addPiece(table);
            let place = body.firstElementChild;
            for (const row of wanted.slice(start, start + piece)) {
              let one = drawn.get(row.key);
              if (!one) { one = new Row(row.key); drawn.set(row.key, one); fresh.push(one); }
              if (one.element === place) { place = place.nextElementSibling; continue; }
              // What is too much here at the end goes on into the next piece.
              if (body.moveBefore && one.element.isConnected) body.moveBefore(one.element, place);
              else body.insertBefore(one.element, place);
            }
          }
          while (table.lastElementChild !== table.tHead && !table.lastElementChild.firstElementChild) {
            seen.unobserve(table.lastElementChild);
            visible.delete(table.lastElementChild);
            table.lastElementChild.remove();
          }
          for (const one of fresh) one.draw();
          if (focused && document.activeElement === document.body) drawn.get(focused)?.link.focus({ preventScroll: true });
          showCounts(wanted.length);
        }

        function showCounts(number) {
          setText(byId("count"), number === fleet.size ? fleet.size + (fleet.size === 1 ? " row" : " rows") : number + " of "
            + fleet.size + " rows");
          const counts = { down: 0, hung: 0, up: 0, ended: 0, trouble: 0 };
          for (const row of fleet.values()) { counts[row.state] += 1;
            if (row.state !== "ended" && (row.state !== "up" || row.worst)) counts.trouble += 1; }
          for (const button of byId("states").children) {
            setText(button.lastChild, " " + counts[button.dataset.only] + " " + button.dataset.only);
            setAttribute(button, "aria-pressed", String(choice.only === button.dataset.only));
            button.hidden = !counts[button.dataset.only] && choice.only !== button.dataset.only;
          }
          const trouble = counts.down + counts.hung + probes.filter((probe) => probe.state === "down").length;
          document.title = (trouble ? "(" + trouble + ") " : "") + titleName();
        }

        """#
}
