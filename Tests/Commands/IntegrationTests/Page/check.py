#!/usr/bin/python3
"""Checks the agent's page in headless Chromium: check.py CHECK URL [ARGUMENT…]; says what is wrong, and ends with 1 then."""
import json
import re
import sys
import time
import urllib.request

from chromium import Chromium

WIDTHS = [(320, 640), (768, 1024), (1280, 800), (2560, 1440)]
UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def fetch(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def opened(url, browser):
    browser.open(url)
    browser.eventually("document.querySelectorAll('#table tbody tr').length > 0", what="rows come")
    browser.eventually("document.getElementById('age').textContent.startsWith('live')", what="it is live")


def unequal(what, one, other):
    return [] if one == other else [f"{what}: {one!r} and not {other!r}"]


# Values.

ROWS = """[...document.querySelectorAll('#table tbody tr')].map((row) => ({
  name: row.querySelector('th').title, instance: row.querySelector('th a').textContent, state: row.querySelector('.state').textContent.trim(),
  markup: row.querySelectorAll('b, script, img').length,
  cells: Object.fromEntries(['cpu', 'memory', 'heap', 'connections', 'queue', 'restarts'].map((id) =>
    [id, row.querySelector('td.' + id + ' .number').textContent])),
  reasons: [...row.querySelectorAll('td.figure, td.plain')].filter((cell) => cell.textContent === '–').map((cell) => cell.title),
  levels: Object.fromEntries([...row.querySelectorAll('td[data-level]')].map((cell) => [cell.className.split(' ')[1], cell.dataset.level])),
}))"""


def number(text):
    """The value and the last digit's weight of a text as the page has it."""
    value, _, unit = text.partition(" ")
    scale = UNITS.get(unit, 1)
    return float(value) * scale, scale * 10 ** -len(value.partition(".")[2])


def agrees(text, value):
    if value is None:
        return text == "–"
    if text == "–":
        return False
    told, step = number(text)
    return abs(told - value) <= step * 0.51 + 1e-9


def escaped(name):
    return re.sub("[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f]", lambda mark: "\\u{%x}" % ord(mark[0]), name)


def compare(url, browser):
    """What differs between the rows and the agent's own answer."""
    wanted = {f"{escaped(row['service'])} / {escaped(row['instance'])}": row for row in fetch(url + "api/v1/instances")["instances"]}
    rows = browser.evaluate(ROWS)
    faults = unequal("names", sorted(row["name"] for row in rows), sorted(wanted))
    for row in rows:
        one = wanted.get(row["name"])
        if one is None:
            continue
        faults += unequal(f"state of {row['name']}", row["state"].split()[-1], one["state"])
        faults += unequal(f"elements in {row['name']}", row["markup"], 0)
        cells = row["cells"]
        for id, value in [("cpu", one.get("cpuPercent")), ("memory", one.get("residentBytes")), ("heap", one.get("heapBytes")),
                          ("restarts", one.get("restarts"))]:
            if not agrees(cells[id], value):
                faults.append(f"{id} of {row['name']}: {cells[id]!r} for {value}")
        if "queue" in one and not agrees(cells["queue"].split(" · ")[0], one["queue"]["depth"]):
            faults.append(f"queue of {row['name']}: {cells['queue']!r} for {one['queue']}")
        if "connections" in one and int(cells["connections"].split(" / ")[0]) != one["connections"].get("used", 0):
            faults.append(f"connections of {row['name']}: {cells['connections']!r} for {one['connections']}")
        if any(not reason for reason in row["reasons"]):
            faults.append(f"{row['name']}: a dash without a reason")
    return faults


def values(url, browser):
    opened(url, browser)
    end = time.monotonic() + 30
    # A sample may come between the two looks.
    while (faults := compare(url, browser)) and time.monotonic() < end:
        browser.wait(0.3)
    # The names are no markup, and what turns a line around is written out.
    text = browser.evaluate("document.getElementById('table').textContent")
    for mark in "\u202e\u0007\u200b":
        if mark in text:
            faults.append(f"U+{ord(mark):04X} is shown as it is")
    levels = {row["name"]: row["levels"] for row in browser.evaluate(ROWS)}
    # The limits of the alerts: the queue's depth, and the share of a pool.
    faults += unequal("levels of deep", levels.get("limits / deep"), {"queue": "high"})
    faults += unequal("levels of full", levels.get("limits / full"), {"connections": "high"})
    faults += unequal("levels of fine", levels.get("limits / fine"), {})
    # Sparklines, and the instance's charts.
    browser.eventually("[...document.querySelectorAll('#table tbody .spark path')].some((path) => path.getAttribute('d'))", limit=60, what="a sparkline")
    browser.evaluate("[...document.querySelectorAll('#table tbody a')].find((link) => link.textContent === 'formats-1').click()")
    browser.eventually("document.querySelectorAll('aside .chart').length > 1 && document.querySelectorAll('aside h3').length > 2", what="the instance")
    browser.eventually("document.querySelector('aside figure:not([hidden]) .line')?.getAttribute('d')", limit=30, what="a chart")
    inside = browser.evaluate("document.querySelector('aside').innerText")
    row = next(row for row in fetch(url + "api/v1/instances")["instances"] if row["instance"] == "formats-1")
    for piece in [f"pid {row['pid']}", "Sources and what they cost", "Last errors in the journal", "stat"]:
        if piece not in inside:
            faults.append(f"the instance does not say {piece!r}: {inside}")
    # The address holds it: loaded again, it is there.
    browser.call("Page.reload")
    browser.eventually("document.querySelector('aside:not([hidden]) h2')?.textContent.includes('formats-1')", what="the instance after a reload")
    others = [one for one in browser.requests if not one.startswith(url) and not one.startswith("data:") and one != "about:blank"]
    return faults + ([f"it asks others: {others}"] if others else [])


def hostile(url, browser):
    """An answer whose every text is somebody's attempt at this page, and one that is no answer."""
    names = ["<img src=x onerror=alert(1)>", "\u202egnp.exe", "a\u200bb", "x" * 128, "\u65e5\u672c\u8a9e" * 10, "\U0001f642" * 30, "a/b?c#d&e=f%2F",
             "\\u{202e}", "\u2066\u0007\n", "__proto__", "constructor", "e" + "\u0301" * 60, "javascript:alert(1)", "'\"><script>"]
    rows = [{"service": name, "instance": name, "kind": "reports", "state": "up", "cpuPercent": 1e308, "residentBytes": -1, "heapBytes": 1e300,
             "restarts": 1e21, "connections": {"used": 1e15}, "queue": {"depth": 1e18, "oldestAgeSeconds": 1e12}, "unit": name,
             "lastError": {"time": 1e9, "priority": name, "message": name * 3}} for name in names]
    rows.append({"service": "a", "instance": "b", "kind": "?", "state": "neither"})
    probes = [{"service": name, "instance": name, "probe": name, "up": False, "durationSeconds": 1e300, "answerTime": -1e300,
               "lastFailure": {"reason": name, "text": name * 3}} for name in names] + [{"service": "a", "instance": "b"}, {}]
    agent = {"version": names[0], "host": names[1], "boot": "b", "intervalSeconds": 1, "startedTime": 0, "time": 1e9, "turn": 1}
    browser.pretend({
        "api/v1/instances": (200, json.dumps({"agent": agent, "instances": rows, "probes": probes, "rowsLeftOut": 0})),
        "api/v1/instance?": (200, json.dumps({"agent": agent, "row": rows[0], "sources": [{"source": names[0], "status": names[1]}],
                                              "errors": [{"time": 1, "priority": names[2], "message": names[0]}], "unit": {"unit": names[0]}})),
        "api/v1/history": (200, "no JSON"), "api/v1/live": (503, names[0])})
    browser.open(url)
    browser.eventually(f"document.querySelectorAll('#table tbody tr').length === {len(rows)}", what="all rows")
    faults = []
    faults += unequal("probes", browser.evaluate("document.querySelectorAll('#probe-rows tr').length"), len(probes))
    text = browser.evaluate("document.body.textContent + document.title")
    for mark in "\u202e\u200b\u2066\u0007":
        if mark in text:
            faults.append(f"U+{ord(mark):04X} is shown as it is")
    faults += unequal("elements that nobody made", browser.evaluate("document.querySelectorAll('img, tbody script, tbody b').length"), 0)
    for name in names:
        browser.evaluate(f"[...document.querySelectorAll('#table tbody a')].find((one) => one.textContent === {json.dumps(escaped(name))}).click()")
        browser.eventually("document.querySelectorAll('aside h3').length > 1", what=f"{name!r} opens")
        faults += unequal("title", browser.evaluate("document.getElementById('instance-name').textContent"), f"{escaped(name)} / {escaped(name)}")
        browser.key("Escape")
        browser.eventually("document.getElementById('instance').hidden", what="it closes")
    for width, height in WIDTHS:
        browser.resize(width, height)
        browser.wait(0.5)
        faults += [f"at {width}: {fault}" for fault in browser.evaluate(OVERFLOW) if " is cut: " not in fault]
    browser.complaints = [one for one in browser.complaints if "status of 503" not in one]
    return faults


# Layout and colours.

OVERFLOW = """(() => {
  const faults = [], width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) faults.push('the document is ' + document.documentElement.scrollWidth + ' wide');
  for (const one of document.body.querySelectorAll('*')) {
    if (!one.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true }) || one.closest('.unseen, .skip, svg, [inert], template, noscript, script, option')) continue;
    const box = one.getBoundingClientRect();
    // What an ancestor cuts off is that one's matter, which is looked at itself.
    let clip = one.parentElement;
    while (clip && clip !== document.body && getComputedStyle(clip).overflowX === 'visible') clip = clip.parentElement;
    const isClipped = clip && clip !== document.body;
    if (!isClipped && box.width && (box.right > width + 1 || box.left < -1)) faults.push(one.tagName + '.' + one.className + ' from ' + box.left + ' to ' + box.right + ': ' + one.textContent.slice(0, 40));
    if (one.closest('thead') && document.querySelector('#table thead').clientHeight < 4) continue;
    if (one.matches('.number, button, dd, .state, figcaption span') && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline') faults.push(one.className + ' is cut: ' + one.textContent);
  }
  return faults.slice(0, 20);
})()"""

CONTRAST = """(() => {
  const rgb = (text) => { const all = text.match(/[\\d.]+/g).map(Number); return { r: all[0], g: all[1], b: all[2], a: all[3] ?? 1 }; };
  const over = (one, other) => ({ r: one.r * one.a + other.r * (1 - one.a), g: one.g * one.a + other.g * (1 - one.a), b: one.b * one.a + other.b * (1 - one.a), a: 1 });
  const part = (value) => { value /= 255; return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4; };
  const light = (one) => 0.2126 * part(one.r) + 0.7152 * part(one.g) + 0.0722 * part(one.b);
  const ground = (one) => { const chain = []; for (let node = one; node; node = node.parentElement) chain.push(rgb(getComputedStyle(node).backgroundColor));
    return chain.reverse().reduce((sum, colour) => over(colour, sum), { r: 255, g: 255, b: 255, a: 1 }); };
  let least = 99, texts = 0; const faults = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !one.checkVisibility() || one.closest('script, style, template, noscript, .unseen, [inert]')) continue;
    const below = ground(one), colour = over(rgb(getComputedStyle(one).color), below);
    const [bright, dark] = [light(colour), light(below)].sort((a, b) => b - a), contrast = (bright + 0.05) / (dark + 0.05);
    texts += 1; least = Math.min(least, contrast);
    if (contrast < 4.5) faults.push(contrast.toFixed(2) + ': ' + one.tagName + '.' + one.className + ' ' + walker.currentNode.data.slice(0, 30));
  }
  return { least, texts, faults: faults.slice(0, 10) };
})()"""


def layout(url, browser):
    faults = []
    # What is fading in is not judged.
    browser.prefer("light", reduced=True)
    opened(url, browser)
    for where in ["table", "instance"]:
        if where == "instance":
            browser.evaluate("document.querySelector('#table tbody a').click()")
            browser.eventually("document.querySelectorAll('aside h3').length > 2")
        for width, height in WIDTHS:
            browser.resize(width, height)
            browser.wait(0.7)
            faults += [f"{where} at {width}: {fault}" for fault in browser.evaluate(OVERFLOW)]
        for scheme in ["light", "dark"]:
            browser.prefer(scheme, reduced=True)
            browser.resize(1280, 800)
            browser.wait(0.3)
            found = browser.evaluate(CONTRAST)
            if found["texts"] < 30:
                faults.append(f"only {found['texts']} texts in {where}, {scheme}")
            faults += [f"contrast in {where}, {scheme}: {fault}" for fault in found["faults"]]
            print(f"{where}, {scheme}: least contrast {found['least']:.2f} of {found['texts']} texts")
    return faults


# Keys and what is said.

FOCUS = "document.activeElement.closest('#table tbody tr')?.querySelector('a').textContent ?? document.activeElement.id"


def keys(url, browser):
    faults = []
    opened(url, browser)
    rows = "[...document.querySelectorAll('#table tbody tr')].map((row) => row.querySelector('a').textContent)"
    names = browser.evaluate(rows)
    for key, wanted in [("ArrowDown", names[0]), ("ArrowDown", names[1]), ("ArrowUp", names[0]), ("End", names[-1]), ("Home", names[0])]:
        browser.key(key)
        faults += unequal(f"focus after {key}", browser.evaluate(FOCUS), wanted)
    browser.key("Enter")
    browser.eventually("!document.getElementById('instance').hidden", what="Enter opens")
    faults += unequal("focus in the instance", browser.evaluate("document.activeElement.id"), "instance")
    browser.key("Escape")
    faults += unequal("the instance after Escape", browser.evaluate("document.getElementById('instance').hidden"), True)
    faults += unequal("focus after Escape", browser.evaluate(FOCUS), names[0])
    browser.key("/")
    faults += unequal("focus after /", browser.evaluate("document.activeElement.id"), "search")
    browser.type("formats")
    browser.eventually("document.querySelectorAll('#table tbody tr').length === 1", what="the search finds one")
    faults += unequal("found", browser.evaluate(rows), ["formats-1"])
    faults += unequal("address", browser.evaluate("location.hash"), "#q=formats")
    browser.key("ArrowDown")
    faults += unequal("focus below the search", browser.evaluate(FOCUS), "formats-1")
    browser.key("Escape")
    browser.eventually(f"document.querySelectorAll('#table tbody tr').length === {len(names)}", what="all rows again")
    # Sorting, and what a screen reader hears of it.
    browser.evaluate("document.querySelector('th[data-id=memory] button').click()")
    faults += unequal("aria-sort", browser.evaluate("document.querySelector('th[data-id=memory]').getAttribute('aria-sort')"), "descending")
    sizes = [number(text)[0] for text in browser.evaluate("[...document.querySelectorAll('#table tbody td.memory .number')].map((one) => one.textContent)") if text != "–"]
    faults += unequal("sizes", sizes, sorted(sizes, reverse=True))
    faults += unequal("address", browser.evaluate("location.hash"), "#s=-memory")
    # A row that moves keeps the focus.
    browser.evaluate("document.querySelector('#table tbody tr:last-child a').focus()")
    last = browser.evaluate(FOCUS)
    browser.evaluate("document.querySelector('th[data-id=memory] button').dispatchEvent(new MouseEvent('click'))")
    faults += unequal("focus of a row that has moved", browser.evaluate(FOCUS), last)
    tree = browser.call("Accessibility.getFullAXTree")["nodes"]
    roles = [node.get("role", {}).get("value") for node in tree]
    for role, least in [("table", 1), ("columnheader", 9), ("rowheader", len(names)), ("row", len(names) + 1), ("status", 1), ("main", 1), ("navigation", 1)]:
        if roles.count(role) < least:
            faults.append(f"{roles.count(role)} of the role {role}, and not {least}")
    nameless = [node for node in tree if node.get("role", {}).get("value") in ("button", "link", "searchbox", "combobox") and not node.get("name", {}).get("value")]
    if nameless:
        faults.append(f"without a name: {nameless[:3]}")
    # The scheme is kept.
    browser.evaluate("document.getElementById('scheme').click()")
    browser.call("Page.reload")
    browser.eventually("document.documentElement.dataset.scheme === 'light'", what="the scheme is kept")
    return faults


# Time.

def restart(url, browser):
    """Until the agent has started anew, which whoever runs this does once it reads `followed`."""
    opened(url, browser)
    before = fetch(url + "api/v1/instances")["agent"]["boot"]
    count = browser.evaluate("document.querySelectorAll('#table tbody tr').length")
    browser.key("ArrowDown")
    print("followed", flush=True)
    browser.eventually("document.getElementById('age').dataset.is === 'late'", limit=60, what="it says that it is stale")
    stale = browser.evaluate("document.getElementById('age').textContent + ' ' + document.getElementById('notice').textContent")
    faults = [] if "stale for" in stale and "does not answer" in stale else [f"it says {stale!r}"]
    faults += unequal("rows while the agent is away", browser.evaluate("document.querySelectorAll('#table tbody tr').length"), count)
    print("stale", flush=True)
    browser.eventually("document.getElementById('age').dataset.is === 'fresh' && document.getElementById('notice').hidden", limit=60, what="it is live again")
    browser.eventually(f"document.querySelectorAll('#table tbody tr').length >= {count}", limit=60, what="all rows again")
    browser.eventually("document.getElementById('said').textContent.includes('started anew')", what="the restart is said")
    after = fetch(url + "api/v1/instances")["agent"]["boot"]
    if before == after:
        faults.append("the agent has not started anew")
    # It could not connect meanwhile, which the browser itself notes.
    browser.complaints = [one for one in browser.complaints if "ERR_CONNECTION_REFUSED" not in one and "ERR_INCOMPLETE_CHUNKED_ENCODING" not in one
                          and "ERR_CONNECTION_RESET" not in one and "ERR_EMPTY_RESPONSE" not in one]
    return faults


def hidden(url, browser):
    """A page that nobody sees asks for nothing and draws nothing."""
    opened(url, browser)
    hide = ("Object.defineProperty(document, 'hidden', { get: () => %s, configurable: true });"
            "document.dispatchEvent(new Event('visibilitychange'))")
    browser.evaluate(hide % "true")
    browser.wait(1)
    asked, text = len(browser.requests), browser.evaluate("document.body.innerText")
    browser.evaluate("window.changes = 0; new MutationObserver((all) => { window.changes += all.length; })"
                     ".observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })")
    browser.wait(5)
    faults = unequal("requests of a hidden page", len(browser.requests), asked)
    faults += unequal("changes of a hidden page", browser.evaluate("window.changes"), 0)
    faults += unequal("what it says", "paused" in text, True)
    browser.evaluate(hide % "false")
    browser.eventually("document.getElementById('age').textContent.startsWith('live')", what="it is live again")
    return faults


def buffered(url, browser):
    """A proxy that holds events back: the page asks."""
    browser.pretend({"api/v1/live": None})
    opened(url, browser)
    browser.eventually("document.getElementById('age').textContent.includes('by asking')", limit=30)
    browser.wait(12)
    asked = len([one for one in browser.requests if one.endswith("api/v1/instances")])
    browser.wait(10)
    more = len([one for one in browser.requests if one.endswith("api/v1/instances")]) - asked
    faults = [] if 2 <= more <= 8 else [f"it asks {more} times in ten seconds"]
    return faults + unequal("how it is", browser.evaluate("document.getElementById('age').dataset.is"), "fresh")


def refused(url, browser):
    """The agent asks for a password that nobody has given."""
    browser.pretend({"api/v1/": (401, "")})
    browser.open(url)
    browser.eventually("document.getElementById('notice').textContent.includes('asks for a user and a password')", what="it says so")
    browser.complaints = [one for one in browser.complaints if "status of 401" not in one]
    return []


def empty(url, browser):
    browser.open(url)
    browser.eventually("!document.getElementById('empty').hidden", what="it says what to do")
    text = browser.evaluate("document.getElementById('empty').innerText")
    return [f"it does not say {piece}: {text}" for piece in sys.argv[3:] + ["docs/reporting.md", "docs/watching.md"] if piece not in text]


def probes(url, browser):
    """What is down comes first and says why; the search finds probes too."""
    opened(url, browser)
    rows = "[...document.querySelectorAll('#probe-rows tr')].map((row) => [...row.children].map((cell) => cell.textContent))"
    browser.eventually(f"{rows}.length === 2 && {rows}[1][0].includes('up')", limit=30, what="both were asked")
    first, second = browser.evaluate(rows)
    faults = unequal("the first", first[:2], ["■ down", "zeta/closed<b> tcp"])
    faults += unequal("the second", second[:2], ["● up", "alpha/file file"])
    if not first[4].startswith("connection: ") or first[2] != "never":
        faults.append(f"it does not say why, or when: {first}")
    faults += unequal("why of what is up", second[4], "–")
    faults += unequal("how many are down", browser.evaluate("document.getElementById('probes-down').textContent"), "■ 1 probe down")
    if not browser.evaluate("document.title").startswith("(1) "):
        faults.append("the title does not count it")
    for words, left in [("state:down", 1), ("alpha", 1), ("nobody", 0), ("", 2)]:
        browser.evaluate("(() => { const one = document.getElementById('search'); one.value = %s; one.dispatchEvent(new Event('input')); })()" % json.dumps(words))
        faults += unequal(f"probes found by {words!r}", len(browser.evaluate(rows)), left)
    browser.resize(320, 640)
    browser.wait(0.5)
    width = browser.evaluate("document.querySelector('#probe-rows td.why').getBoundingClientRect().width")
    if width < 200:
        faults.append(f"the reason has {width} px at 320")
    return faults


def frozen(url, browser):
    """An agent that answers the same for ever: however often the page connects anew, it does not say that it is live."""
    fixed = urllib.request.urlopen(url + "api/v1/instances", timeout=10).read().decode()
    browser.pretend({"api/v1/live": (503, ""), "api/v1/instances": (200, fixed)})
    browser.open(url)
    browser.eventually("document.getElementById('age').dataset.is === 'late' && document.getElementById('age').textContent.includes('stale for')",
                       limit=30, what="it says that it is stale")
    faults = []
    for _ in range(30):
        browser.wait(0.5)
        text = browser.evaluate("document.getElementById('age').textContent")
        if not text.startswith("stale for"):
            faults.append(f"it says {text!r}")
    browser.complaints = [one for one in browser.complaints if "status of 503" not in one]
    return faults


CHECKS = {one.__name__: one for one in [values, hostile, layout, keys, restart, hidden, buffered, refused, empty, probes, frozen]}

if __name__ == "__main__":
    with Chromium() as browser:
        faults = CHECKS[sys.argv[1]](sys.argv[2], browser)
        faults += browser.complaints
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)
