extension WebPage {
    /// Colours of both schemes, each text at least 4.5:1 against what it stands on.
    static let colours = #"""
        :root {
          color-scheme: light dark;
          --ground: #f5f6f8; --sheet: #fff; --raised: #eceff3; --line: #d5dae1; --text: #1a1e23; --quiet: #545d68;
          --link: #0b57b0; --good: #0b6637; --medium: #7d4a00; --high: #ab1d15; --spark: #2f6fbf; --fill: #2f6fbf22;
          --medium-ground: #fff1d6; --high-ground: #fde8e6; --focus: #0b57b0;
        }
        @media (prefers-color-scheme: dark) {
          :root:not([data-scheme="light"]) {
            --ground: #121518; --sheet: #191d21; --raised: #23282e; --line: #363d45; --text: #e7eaee; --quiet: #a6afb9;
            --link: #8cbcff; --good: #63d39b; --medium: #ffc069; --high: #ff9d94; --spark: #6fa8f0; --fill: #6fa8f022;
            --medium-ground: #3a2c10; --high-ground: #421c19; --focus: #8cbcff;
          }
        }
        :root[data-scheme="dark"] {
          color-scheme: dark;
          --ground: #121518; --sheet: #191d21; --raised: #23282e; --line: #363d45; --text: #e7eaee; --quiet: #a6afb9;
          --link: #8cbcff; --good: #63d39b; --medium: #ffc069; --high: #ff9d94; --spark: #6fa8f0; --fill: #6fa8f022;
          --medium-ground: #3a2c10; --high-ground: #421c19; --focus: #8cbcff;
        }
        :root[data-scheme="light"] { color-scheme: light; }

        """#

    /// The page around its table.
    static let frame = #"""
        *, *::before, *::after { box-sizing: border-box; }
        html { font: 14px/1.45 system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
        @media (width >= 2000px) { html { font-size: 17px; } }
        body { margin: 0; background: var(--ground); color: var(--text); font-variant-numeric: tabular-nums; min-width: 0; }
        h1, h2, h3, p, dl, dd, ul, table { margin: 0; padding: 0; }
        h1 { font-size: 1.15rem; } h2 { font-size: 1.05rem; } h3 { font-size: .95rem; margin: 1rem 0 .3rem; }
        a { color: var(--link); }
        button, input, select {
          font: inherit; color: inherit; background: var(--sheet); border: 1px solid var(--line); border-radius: .4rem;
          padding: .3rem .6rem; min-height: 2rem; max-width: 100%;
        }
        button { cursor: pointer; }
        button[aria-pressed="true"] { background: var(--text); color: var(--sheet); }
        input::placeholder { color: var(--quiet); opacity: 1; }
        :focus-visible { outline: 2px solid var(--focus); outline-offset: 1px; }
        [hidden] { display: none !important; }
        .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
        .skip { position: absolute; left: .5rem; top: -4rem; background: var(--sheet); padding: .4rem .8rem; z-index: 9; }
        .skip:focus { top: .5rem; }
        .quiet { color: var(--quiet); }
        bdi { overflow-wrap: anywhere; }
        header, main, footer { padding: .7rem clamp(.6rem, 1.5vw, 2rem); }
        header { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; align-items: baseline; }
        header h1 { overflow-wrap: anywhere; min-width: 0; }
        header p { min-width: 0; overflow-wrap: anywhere; }
        #age { margin-left: auto; }
        #age::before { content: "● "; color: var(--good); }
        #age[data-is="late"] { color: var(--medium); font-weight: 600; }
        #age[data-is="late"]::before { content: "▲ "; color: inherit; }
        #age[data-is="paused"]::before { content: "‖ "; color: inherit; }
        .bar { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; padding-bottom: .6rem; }
        .bar input { flex: 1 1 12rem; min-width: 0; }
        .bar label.sorting { display: none; }
        #states { display: inline-flex; flex-wrap: wrap; gap: .3rem; }
        aside:focus, section:focus { outline: none; }
        #notice { background: var(--medium-ground); color: var(--text); border: 1px solid var(--medium); border-radius: .4rem;
          padding: .5rem .8rem; margin-bottom: .6rem; overflow-wrap: anywhere; }
        #empty { background: var(--sheet); border: 1px solid var(--line); border-radius: .4rem; padding: 1.2rem;
          max-width: 46rem; }
        #empty p { margin: .5rem 0; } code { overflow-wrap: anywhere; background: var(--raised); padding: .1em .3em;
          border-radius: .2rem; }
        footer { border-top: 1px solid var(--line); display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; }
        footer nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1rem; }
        kbd { border: 1px solid var(--line); border-radius: .25rem; padding: 0 .3em; background: var(--sheet); font: inherit; }
        main { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; align-items: start; }
        @media (width >= 1000px) { main.split { grid-template-columns: minmax(0, 1fr) minmax(22rem, 34%); } }
        @media (prefers-reduced-motion: no-preference) { .changed { animation: changed 1.2s; } }
        @keyframes changed { from { background: var(--raised); } }
        @media (forced-colors: active) { .spark path, .chart path { stroke: CanvasText; } }

        """#

    /// The table of the fleet: one line an instance where there is room, else two, or a card.
    static let table = #"""
        #fleet { container-type: inline-size; min-width: 0; }
        table, thead, tbody { display: block; width: 100%; }
        tr { display: grid; gap: 0 .8rem; align-items: center; padding: .25rem .7rem; min-width: 0;
          grid-template-columns: 5.4rem minmax(9rem, 1.6fr) minmax(9rem, 1fr) minmax(9rem, 1fr) 5.4rem 7.4rem minmax(9rem,
            1fr) 6rem minmax(9rem, 1.8fr); }
        thead { position: sticky; top: 0; z-index: 2; background: var(--raised); border: 1px solid var(--line);
          border-radius: .4rem .4rem 0 0; }
        /* Rows stand in pieces: each clip costs a frame some time, so that pieces are skipped, and not rows. */
        tbody { background: var(--sheet); border: 1px solid var(--line); border-width: 0 1px; content-visibility: auto;
          contain-intrinsic-size: auto 94rem; }
        tbody:last-child { border-bottom-width: 1px; border-radius: 0 0 .4rem .4rem; }
        tbody tr { border-top: 1px solid var(--line); min-height: 2.6rem;
          cursor: pointer; position: relative; }
        thead + tbody tr:first-child { border-top: 0; }
        tbody tr:hover, tbody tr[data-open] { background: var(--raised); }
        tbody tr[data-open]::before { content: ""; position: absolute; inset: 0 auto 0 0; width: 4px; background: var(--link); }
        th, td { display: block; text-align: left; font-weight: 400; padding: .1rem 0; min-width: 0; }
        thead th button { border: 0; background: none; padding: .2rem 0; min-height: 1.6rem; font-weight: 600; text-align: left;
          width: 100%;
          overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        thead th[aria-sort="ascending"] button::after { content: " ▲"; }
        thead th[aria-sort="descending"] button::after { content: " ▼"; }
        tbody th a { text-decoration: none; font-weight: 600; display: block; white-space: nowrap;
          padding: .15rem .1rem; }
        tbody th a:hover { text-decoration: underline; }
        tbody th .quiet { display: block; font-size: .86rem; white-space: nowrap; padding: 0 .1rem; }
        th.long a, th.long .quiet, td.error:not(.none) { overflow: hidden; text-overflow: ellipsis; }
        td.figure { display: flex; gap: .5rem; align-items: center; justify-content: space-between; }
        td.figure .number { white-space: nowrap; flex: 0 0 auto; min-width: 4.9rem; max-width: 100%; }
        td.plain .number { display: block; white-space: nowrap; }
        td.error { white-space: nowrap; font-size: .92rem; }
        .spark { flex: 1 1 3rem; min-width: 0; max-width: 14rem; height: 1.7rem; overflow: visible; }
        .spark path { fill: none; stroke: var(--spark); stroke-width: 1.3; vector-effect: non-scaling-stroke; }
        .state { font-weight: 600; white-space: nowrap; }
        .state[data-is="up"] { color: var(--good); } .state[data-is="down"] { color: var(--high); }
        .state[data-is="hung"] { color: var(--medium); } .state[data-is="ended"] { color: var(--quiet); }
        [data-level="medium"] .number, .number[data-level="medium"] { color: var(--medium); font-weight: 600; }
        [data-level="high"] .number, .number[data-level="high"] { color: var(--high); font-weight: 600; }
        td[data-level] .number::before { content: "▲ "; }
        tbody tr[data-worst="high"] { background: var(--high-ground); } tbody tr[data-worst="medium"] {
          background: var(--medium-ground); }
        @container (width < 78rem) {
          tr { grid-template-columns: 5.4rem minmax(7rem, 1.4fr) minmax(6.4rem, 1fr) minmax(6.8rem,
            1fr) 5.2rem 6.6rem minmax(6rem, .8fr) 5.4rem; gap: 0 .5rem; }
          thead th:last-child { display: none; }
          td.error { grid-column: 2 / -1; } td.error.none { display: none; }
          td.queue .spark { display: none; }
        }
        @container (width < 60rem) {
          tr { grid-template-columns: 5rem minmax(6rem, 1.4fr) minmax(5rem, .8fr) minmax(5.4rem, .9fr) minmax(6rem,
            .9fr) minmax(5.4rem, .6fr); gap: 0 .5rem; }
          .heap, .connections { display: none; }
        }
        @container (width < 40rem) {
          thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
          tbody { contain-intrinsic-size: auto 300rem; }
          thead + tbody { border-top-width: 1px; border-radius: .4rem .4rem 0 0; }
          tbody tr { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: .1rem .8rem; padding: .5rem .6rem; }
          tbody th { grid-column: 1 / -1; order: -2; } td.state-cell { order: -1; }
          .heap, .connections { display: block; }
          td.error, td.error.none { display: block; grid-column: 1 / -1; white-space: normal; overflow-wrap: anywhere;
            } td.error.none { display: none; }
          td.figure, td.plain { display: flex; gap: .4rem; justify-content: flex-start; align-items: baseline; }
          td.figure::before, td.plain::before { content: attr(data-label); color: var(--quiet); font-size: .86rem; flex: none;
            min-width: 4.2rem; }
          td.figure { grid-column: 1 / -1; } td.figure .spark { align-self: center; height: 1.4rem; }
          .bar label.sorting { display: inline-flex; gap: .4rem; align-items: center; }
        }
        #probes tr { grid-template-columns: 5.4rem minmax(9rem, 1.6fr) 7rem 5rem minmax(9rem, 4fr); }
        #probes tbody { content-visibility: visible; border-bottom-width: 1px; border-radius: 0 0 .4rem .4rem; }
        #probes tbody tr { cursor: auto; min-height: 2rem; }
        #probes thead th { font-weight: 600; display: block; }
        #probes th, #probes td { white-space: normal; overflow-wrap: anywhere; }
        #probes-down { color: var(--high); border-color: var(--high); font-weight: 600; }
        @container (width < 40rem) {
          #probes tbody { border-top-width: 1px; border-radius: .4rem; }
          #probes tbody tr { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
          #probes tbody th { order: 0; } #probes td.why { grid-column: 1 / -1; } #probes td.why.none { display: none; }
        }
        @media (width < 680px) { .bar label.sorting { display: inline-flex; gap: .4rem; align-items: center; min-width: 0; } }

        """#

    /// The open instance.
    static let side = #"""
        aside { background: var(--sheet); border: 1px solid var(--line); border-radius: .4rem; padding: .8rem 1rem;
          min-width: 0; }
        aside .head { display: flex; gap: .8rem; align-items: start; justify-content: space-between; }
        aside h2 { overflow-wrap: anywhere; min-width: 0; }
        @media (width >= 1000px) { aside { position: sticky; top: .6rem; max-height: calc(100vh - 1.2rem); overflow-y: auto; } }
        @media (width < 1000px) { aside { position: fixed; inset: 0; z-index: 5; overflow-y: auto; border-radius: 0; } }
        aside dl { display: grid; grid-template-columns: minmax(6rem, auto) minmax(0, 1fr); gap: .1rem .9rem; }
        aside dt { color: var(--quiet); } aside dd { overflow-wrap: anywhere; min-width: 0; }
        .charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); gap: .6rem 1rem;
          margin-top: .6rem; }
        figure { margin: 0; min-width: 0; }
        figcaption { display: flex; justify-content: space-between; gap: .5rem; font-size: .92rem; }
        figcaption span { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
        .chart { display: block; width: 100%; height: 5.4rem; background: var(--ground); border-radius: .3rem;
          cursor: crosshair; }
        .chart .line { fill: none; stroke: var(--spark); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
        .chart .area { fill: var(--fill); stroke: none; }
        .chart .limit { stroke: var(--high); stroke-width: 1; stroke-dasharray: 5 4; vector-effect: non-scaling-stroke;
          fill: none; }
        .chart .cursor { stroke: var(--quiet); stroke-width: 1; vector-effect: non-scaling-stroke; }
        .axis { display: flex; justify-content: space-between; font-size: .82rem; color: var(--quiet); }
        .entries { list-style: none; } .entries li { border-top: 1px solid var(--line); padding: .3rem 0;
          overflow-wrap: anywhere; }
        .sources { width: 100%; display: table; border-collapse: collapse; table-layout: fixed; } .sources thead {
          display: table-header-group; position: static; background: none; border: 0; }
        .sources tbody { display: table-row-group; background: none; border: 0; content-visibility: visible; } .sources tr { display: table-row;
          cursor: auto; }
        .sources tbody tr { position: static; }
        .sources th, .sources td { display: table-cell; padding: .15rem .5rem .15rem 0; border-top: 1px solid var(--line);
          overflow-wrap: anywhere; }
        .sources thead th { font-weight: 600; }

        """#
}
