extension WebPage {
    /// What the reader does, and the beginning of it all; the address holds what was chosen.
    static let beginning = #"""
        function hash(one) {
          const parts = [];
          if (one.open) parts.push("i=" + JSON.parse(one.open).map(encodeURIComponent).join("/"));
          if (one.search) parts.push("q=" + encodeURIComponent(one.search));
          if (one.only) parts.push("f=" + one.only);
          if (one.sort !== "state" || one.falls) parts.push("s=" + (one.falls ? "-" : "") + one.sort);
          return parts.join("&");
        }
        function read() {
          const one = { search: "", only: "", sort: "state", falls: false, open: "" };
          for (const part of location.hash.slice(1).split("&")) {
            const [name, ...rest] = part.split("="), value = rest.join("=");
            try {
              if (name === "q") one.search = decodeURIComponent(value).slice(0, 200);
              if (name === "f" && (value in order || value === "trouble")) one.only = value;
              if (name === "s" && columns.some((column) => column.id === value.replace(/^-/, ""))) {
                one.falls = value[0] === "-"; one.sort = value.replace(/^-/, ""); }
              if (name === "i") { const names = value.split("/").map(decodeURIComponent);
                if (names.length === 2) one.open = JSON.stringify(names); }
            } catch { /* What is no address of this page is as if it were not there. */ }
          }
          return one;
        }
        function choose(change) {
          const one = { ...choice, ...change }, text = hash(one);
          if (text === location.hash.slice(1)) return obey(one);
          // Only an instance is a step that "back" undoes.
          if (one.open !== choice.open) window.history.pushState(null, "", "#" + text);
            else window.history.replaceState(null, "", "#" + text);
          obey(one);
        }
        function obey(one) {
          const isSame = one.search === choice.search && one.only === choice.only && one.sort === choice.sort
            && one.falls === choice.falls;
          const former = choice.open;
          choice = { ...one, words: one.search.toLowerCase().split(/\s+/).filter(Boolean) };
          const search = byId("search");
          if (search.value !== one.search) search.value = one.search;
          for (const head of byId("heads").children) setAttribute(head, "aria-sort", head.dataset.id === one.sort
            ? (one.falls ? "descending" : "ascending") : null);
          byId("sorting").value = (one.falls ? "-" : "") + one.sort;
          if (!isSame) { arrange(true); redraw(drawn.keys()); showProbes(); }
          if (former !== one.open) { if (one.open) openInstance(one.open); else closeInstance();
            redraw([former, one.open].filter(Boolean)); }
        }

        function prepare() {
          for (const column of columns) {
            const button = make("button", { type: "button", title: column.title }, column.name);
            button.addEventListener("click", () => choose(choice.sort === column.id ? { falls: !choice.falls }
              : { sort: column.id, falls: Boolean(column.falls) }));
            byId("heads").append(make("th", { role: "columnheader", scope: "col", "data-id": column.id, class: column.id },
              button));
            byId("sorting").append(...[column.falls, !column.falls].map((falls) =>
              make("option", { value: (falls ? "-" : "") + column.id }, column.name + (falls ? ", falling" : ", rising"))));
          }
          for (const id of ["trouble", ...Object.keys(order)]) {
            const button = make("button", { type: "button", "data-only": id, "aria-pressed": "false", hidden: true },
              make("span", { "aria-hidden": "true" }, marks[id] ?? "▲"), document.createTextNode(""));
            button.addEventListener("click", () => choose({ only: choice.only === id ? "" : id }));
            byId("states").append(button);
          }
          byId("sorting").addEventListener("change", (event) => choose({ sort: event.target.value.replace(/^-/, ""),
            falls: event.target.value[0] === "-" }));
          byId("search").addEventListener("input", (event) => choose({ search: event.target.value }));
          document.querySelector(".bar").addEventListener("submit", (event) => event.preventDefault());
          byId("probes-down").addEventListener("click", () => byId("probes").focus());
          document.querySelector(".skip").addEventListener("click",
            (event) => { event.preventDefault(); byId("fleet").focus(); });
          const body = byId("table");
          body.addEventListener("pointerenter", () => { pointerIn = true; });
          body.addEventListener("pointerleave", () => { pointerIn = false; });
          body.addEventListener("click", (event) => {
            const key = event.target.closest("tbody tr")?.key;
            // A click that opens a tab, or ends a selection, is not one that opens the instance here.
            if (!key || event.metaKey || event.ctrlKey || event.shiftKey || event.button || String(getSelection())) return;
            event.preventDefault();
            side.back = key;
            choose({ open: key });
          });
          document.addEventListener("keydown", keyed);
          addEventListener("hashchange", () => obey(read()));
          addEventListener("popstate", () => obey(read()));
          isNarrow.addEventListener("change", cover);
          document.addEventListener("visibilitychange", () => {
            if (document.hidden) { stop(); setAttribute(byId("age"), "data-is", "paused"); setText(byId("age"), "paused");
            } else start(); });
          addEventListener("pagehide", stop);
          addEventListener("pageshow", (event) => { if (event.persisted) start(); });
          prepareScheme();
        }

        function keyed(event) {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          const isTyping = /^(input|select|textarea)$/i.test(event.target.tagName ?? "");
          if (event.key === "Escape") {
            if (isTyping && event.target.value && event.target.id === "search") { choose({ search: "" });
              event.preventDefault(); }
            else if (isTyping) event.target.blur();
            else if (choice.open) choose({ open: "" });
            else if (choice.only || choice.search) choose({ only: "", search: "" });
            return;
          }
          const all = byId("table").tBodies, first = all[0]?.firstElementChild, last = all[all.length - 1]?.lastElementChild;
          const focus = (row) => { if (row) { drawn.get(row.key)?.link.focus(); event.preventDefault(); } };
          if (event.key === "ArrowDown" && event.target.id === "search") return focus(first);
          if (isTyping) return;
          if (event.key === "/") { byId("search").focus(); byId("search").select(); event.preventDefault(); return; }
          const row = event.target.closest?.("#table tbody tr"), group = row?.parentNode;
          const isOutside = event.target === document.body || event.target === byId("fleet");
          const next = row ? row.nextElementSibling ?? group.nextElementSibling?.firstElementChild : isOutside ? first : null;
          const former = row?.previousElementSibling ?? (group?.previousElementSibling?.tagName === "TBODY"
            ? group.previousElementSibling.lastElementChild : null);
          focus({ ArrowDown: next, ArrowUp: former, Home: row && first, End: row && last }[event.key]);
        }

        function prepareScheme() {
          const schemes = ["system", "light", "dark"], button = byId("scheme");
          let scheme = "system";
          try { scheme = localStorage.getItem("apus-scheme") ?? "system"; } catch { /* A browser that keeps nothing. */ }
          const set = (one) => {
            scheme = schemes.includes(one) ? one : "system";
            setAttribute(document.documentElement, "data-scheme", scheme === "system" ? null : scheme);
            setText(button, "Scheme: " + scheme);
          };
          set(scheme);
          button.addEventListener("click", () => {
            set(schemes[(schemes.indexOf(scheme) + 1) % 3]);
            try { localStorage.setItem("apus-scheme", scheme); } catch { /* It holds until the page is left. */ }
          });
        }

        prepare();
        byId("empty").append(byId("emptiness").content.cloneNode(true));
        obey(read());
        if (!document.hidden) start();

        """#
}
