extension WebPage {
    /// Texts of values, and how elements are made: by their text alone, never by markup.
    static let format = #"""
        const dash = "–";
        const byId = (id) => document.getElementById(id);
        // Controls, marks of direction and what has no width: a name must look like what it is.
        const unseen = new RegExp("[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u115f\\u1160\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f"
          + "\\u3164\\ufe00-\\ufe0e\\ufeff\\uffa0\\ufff9-\\ufffb\\u{e0000}-\\u{e0fff}]|[\\ud800-\\udfff]", "gu");
        const shown = (text) => String(text ?? "").replace(unseen, (mark) => "\\u{" + mark.codePointAt(0).toString(16) + "}");

        function make(tag, attributes = {}, ...children) {
          const element = document.createElement(tag);
          for (const [name, value] of Object.entries(attributes)) {
            if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
          }
          element.append(...children.filter((child) => child !== null && child !== undefined));
          return element;
        }
        function draw(tag, attributes = {}) {
          const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
          for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
          return element;
        }
        // Only what differs is written: an equal text costs no layout.
        function setText(element, text) {
          if (element.firstChild?.nodeType === 3 && element.childNodes.length === 1) {
            if (element.firstChild.data !== text) element.firstChild.data = text;
          } else if (element.textContent !== text || element.childNodes.length) { element.textContent = text; }
        }
        function setAttribute(element, name, value) {
          if (value === undefined || value === null || value === false) {
            if (element.hasAttribute(name)) element.removeAttribute(name); }
          else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
        }

        const isNumber = (value) => typeof value === "number" && Number.isFinite(value);
        function bytes(value) {
          if (!isNumber(value)) return dash;
          const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
          if (Math.abs(value) >= 2 ** 60) return value.toExponential(1) + " B";
          let step = 0;
          while (Math.abs(value) >= 1024 && step < units.length - 1) { value /= 1024; step += 1; }
          return (step === 0 ? String(Math.round(value)) : value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)) + " "
            + units[step];
        }
        function percent(value) {
          if (!isNumber(value)) return dash;
          if (value >= 1e6) return value.toExponential(1) + " %";
          // The agent rounds to one decimal; what is less comes of means.
          const isFine = value < 1 && Math.abs(value * 10 - Math.round(value * 10)) > 1e-6;
          return value.toFixed(value >= 99.95 ? 0 : isFine ? 2 : 1) + " %";
        }
        function count(value) {
          if (!isNumber(value)) return dash;
          const size = Math.abs(value);
          if (size >= 1e12) return value.toExponential(1);
          if (size >= 1e9) return (value / 1e9).toFixed(1) + " G";
          if (size >= 1e6) return (value / 1e6).toFixed(1) + " M";
          if (size >= 1e5) return (value / 1e3).toFixed(0) + " k";
          return Number.isInteger(value) ? String(value) : value.toFixed(1);
        }
        function span(seconds) {
          if (!isNumber(seconds)) return dash;
          if (seconds > 0 && seconds < 1e-3) return Math.round(seconds * 1e6) + " µs";
          if (seconds > 0 && seconds < 1) return Math.round(seconds * 1e3) + " ms";
          const whole = Math.max(0, Math.round(seconds));
          if (whole < 120) return whole + " s";
          if (whole < 7200) return Math.floor(whole / 60) + " min";
          if (whole < 172800) return Math.floor(whole / 3600) + " h";
          return Math.floor(whole / 86400) + " d";
        }
        const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString([],
          { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

        """#
}
