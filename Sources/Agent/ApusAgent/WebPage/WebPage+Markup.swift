extension WebPage {
    /// What stands before the list of the agent's other pages.
    static let body = #"""
        <a class="skip" href="#fleet">Skip to the table</a>
        <header>
          <h1><bdi id="host">apus-agent</bdi></h1>
          <p id="facts" class="quiet"></p>
          <p id="age" data-is="late">connecting</p>
        </header>
        <main id="main">
          <section id="fleet" aria-label="Fleet" tabindex="-1">
            <div id="notice" role="alert" hidden></div>
            <form class="bar" role="search">
              <input id="search" type="search" maxlength="200" placeholder="Search: name, unit, state, error" aria-label="Search the fleet"
                aria-keyshortcuts="/" autocomplete="off" spellcheck="false">
              <span id="states" role="group" aria-label="Show only"></span>
              <button id="probes-down" type="button" hidden></button>
              <label class="sorting">Sort <select id="sorting" aria-label="Sort by"></select></label>
              <button id="scheme" type="button">Scheme: system</button>
              <span id="count" class="quiet"></span>
            </form>
            <div id="empty" hidden></div>
            <table id="table" role="table" aria-label="Instances and groups of processes">
              <thead role="rowgroup"><tr id="heads" role="row"></tr></thead>
            </table>
            <section id="probes" aria-labelledby="probes-name" tabindex="-1" hidden><h3 id="probes-name">Probes</h3>
              <table role="table" aria-labelledby="probes-name">
                <thead role="rowgroup"><tr role="row"><th role="columnheader">State</th><th role="columnheader">Probe</th>
                  <th role="columnheader">Answered</th><th role="columnheader">Took</th>
                  <th role="columnheader">Why it is down</th></tr></thead>
                <tbody id="probe-rows" role="rowgroup"></tbody></table>
            </section>
          </section>
          <aside id="instance" aria-labelledby="instance-name" tabindex="-1" hidden></aside>
        </main>
        <div id="said" class="unseen" role="status" aria-live="polite"></div>
        <noscript><p>This page draws itself by a script of its own; the same figures are below, as JSON and for Prometheus.</p></noscript>
        <footer>
          <p class="quiet"><kbd>/</kbd> search, <kbd>↑</kbd> <kbd>↓</kbd> rows, <kbd>Enter</kbd> open, <kbd>Esc</kbd> close</p>

        """#

    /// What the page says where there is nothing to show yet.
    ///
    /// - Parameter socketPath: escaped.
    static func emptiness(socketPath: String) -> String {
        """
        <template id="emptiness"><h2>No instances yet</h2>
        <p>A service that links <code>ApusReporting</code> appears here as soon as it reports to <code>\(socketPath)</code>: \
        <code>docs/reporting.md</code>. Services in other languages report over HTTP: <code>docs/other-languages.md</code>.</p>
        <p>Processes that report nothing, such as a database, are named in the agent's file: <code>apus-agent init</code> writes one for what \
        runs on this host, <code>docs/watching.md</code> explains it.</p></template>

        """
    }
}
