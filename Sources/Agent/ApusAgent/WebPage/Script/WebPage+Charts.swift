extension WebPage {
    /// Lines over the last hour: small ones in the table, and those of the open instance with a limit and a cursor.
    static let charts = #"""
        const hour = 3600;
        // What is drawn begins an hour ago, or with what is known of a younger agent, but never so late that some samples fill it all.
        const beginning = (times, until) => until - Math.min(hour, Math.max(300, until - (times[0] ?? until)));
        // The path of values at times, which end together; a gap where nothing is known. Coordinates are rounded, so that equal pictures are
        // equal texts.
        function line(times, values, from, until, most, width, height) {
          const across = width / Math.max(1, until - from), up = (height - 2) / Math.max(1e-9, most),
            offset = times.length - values.length;
          let path = "", isDown = false;
          for (let index = Math.max(0, -offset); index < values.length; index += 1) {
            const time = times[index + offset], value = values[index];
            if (time < from || time > until) continue;
            if (!isNumber(value)) { isDown = false; continue; }
            const x = Math.round((time - from) * across * 10) / 10, y = Math.round((height - 1 - value * up) * 10) / 10;
            // A point without a neighbour would not be seen.
            path += isDown ? "L" + x + " " + y : "M" + x + " " + y + "h.8";
            isDown = true;
          }
          return path;
        }
        function range(values) {
          let least = Infinity, most = -Infinity, last = null;
          for (const value of values ?? []) {
            if (!isNumber(value)) continue;
            least = Math.min(least, value); most = Math.max(most, value); last = value;
          }
          return most === -Infinity ? null : { least, most, last };
        }

        class Spark {
          constructor(cell) {
            this.path = draw("path");
            const picture = draw("svg", { class: "spark", viewBox: "0 0 100 24", preserveAspectRatio: "none",
              "aria-hidden": "true" });
            picture.append(this.path);
            cell.append(picture);
            this.drawn = "";
          }
          // From zero up to at least `scale`, so that the noise of an idle process does not look like work.
          draw(times, values, scale) {
            const known = range(values), until = times[times.length - 1];
            const path = known ? line(times, values, beginning(times, until), until, Math.max(known.most, scale), 100, 24) : "";
            if (path === this.drawn) return;
            this.drawn = path;
            this.path.setAttribute("d", path);
          }
        }

        class Chart {
          constructor(name, text, limit) {
            this.text = text; this.limit = limit; this.name = name; this.times = []; this.values = []; this.at = null;
            this.value = make("span");
            this.figure = make("figure", {}, make("figcaption", {}, make("span", {}, name), this.value));
            this.picture = draw("svg", { class: "chart", viewBox: "0 0 300 80", preserveAspectRatio: "none", role: "img",
              tabindex: "0" });
            this.area = draw("path", { class: "area" });
            this.line = draw("path", { class: "line" });
            this.bound = draw("path", { class: "limit" });
            this.cursor = draw("path", { class: "cursor" });
            this.picture.append(this.area, this.line, this.bound, this.cursor);
            this.begin = make("span"); this.top = make("span");
            this.figure.append(this.picture, make("div", { class: "axis" }, this.begin, this.top, make("span", {}, "now")));
            this.picture.addEventListener("pointermove", (event) => {
              const box = this.picture.getBoundingClientRect();
              const time = this.from + (event.clientX - box.left) / Math.max(1, box.width) * (this.until - this.from);
              let nearest = null;
              this.times.forEach((one, index) => { if (nearest === null
                || Math.abs(one - time) < Math.abs(this.times[nearest] - time)) nearest = index; });
              this.point(nearest);
            });
            this.picture.addEventListener("pointerleave", () => this.point(null));
            this.picture.addEventListener("blur", () => this.point(null));
            this.picture.addEventListener("keydown", (event) => {
              const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
              if (!step || !this.times.length) return;
              event.preventDefault(); event.stopPropagation();
              this.point(Math.min(this.times.length - 1, Math.max(0, (this.at ?? this.times.length) + step)));
            });
          }
          draw(times, values, until) {
            const known = range(values);
            this.figure.hidden = !known;
            if (!known) return;
            if (this.at !== null) this.at = Math.min(this.at, times.length - 1);
            this.times = times; this.values = values; this.until = until; this.from = beginning(times, until);
            // The limit is drawn where the line comes near it.
            const isNear = this.limit && known.most > this.limit / 2;
            const most = Math.max(known.most * 1.08, isNear ? this.limit * 1.08 : 0, 1e-9);
            const path = line(times, values, this.from, until, most, 300, 80);
            this.line.setAttribute("d", path);
            // What lies below a line without gaps is filled.
            const begin = /^M([\d.]+) /.exec(path), isWhole = begin && path.lastIndexOf("M") === 0;
            this.area.setAttribute("d", isWhole ? path + "V80H" + begin[1] + "Z" : "");
            const height = Math.round((79 - this.limit / most * 78) * 10) / 10;
            this.bound.setAttribute("d", isNear ? "M0 " + height + "H300" : "");
            setText(this.begin, clock(this.from)); setText(this.top, "up to " + this.text(known.most));
            setAttribute(this.picture, "aria-label", this.name + " over the last hour: now " + this.text(known.last) + ", least "
              + this.text(known.least) + ", most " + this.text(known.most)
                + (isNear ? ", limit of the alerts " + this.text(this.limit) : ""));
            this.point(this.at);
          }
          point(index) {
            this.at = index;
            if (index === null) {
              this.cursor.setAttribute("d", "");
              setText(this.value, this.text(range(this.values)?.last));
              return;
            }
            const x = Math.round((this.times[index] - this.from) / (this.until - this.from) * 3000) / 10;
            this.cursor.setAttribute("d", "M" + x + " 0V80");
            const value = this.values[index];
            setText(this.value, clock(this.times[index]) + ": " + (isNumber(value) ? this.text(value) : "nothing known"));
          }
        }

        """#
}
