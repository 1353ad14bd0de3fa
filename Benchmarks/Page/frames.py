#!/usr/bin/python3
"""How smoothly the agent's page scrolls in headless Chromium while it lives: frames.py URL [SECONDS], a line of JSON.

Frames are counted by requestAnimationFrame while the page scrolls up and down by 40 pixels a frame; `idleFrames` while it stands still.
A processor's share is what the browser's renderer has used (Performance.getMetrics), in percent of one core.
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../Tests/Commands/IntegrationTests/Page"))
from chromium import Chromium

FRAMES = """new Promise((done) => {
  const deltas = [], begin = performance.now(), isMoving = %s;
  let last = begin, step = 40;
  function frame(now) {
    deltas.push(now - last);
    last = now;
    if (now - begin > %d) { deltas.shift(); return done(deltas); }
    if (isMoving) {
      const most = document.documentElement.scrollHeight - innerHeight;
      if (scrollY >= most) step = -40; else if (scrollY <= 0) step = 40;
      scrollBy(0, step);
    }
    requestAnimationFrame(frame);
  }
  requestAnimationFrame(frame);
})"""


def used(browser):
    metrics = {one["name"]: one["value"] for one in browser.call("Performance.getMetrics")["metrics"]}
    return metrics["TaskDuration"], metrics


def frames(browser, seconds, moves):
    before, _ = used(browser)
    deltas = sorted(browser.evaluate(FRAMES % ("true" if moves else "false", seconds * 1000), limit=seconds + 60))
    after, metrics = used(browser)
    whole = sum(deltas) / 1000
    return {
        "framesPerSecond": round(len(deltas) / whole, 1), "medianMilliseconds": round(deltas[len(deltas) // 2], 1),
        "p99Milliseconds": round(deltas[int(len(deltas) * 0.99)], 1), "longestMilliseconds": round(deltas[-1], 1),
        "mainThreadPercent": round((after - before) / whole * 100, 1), "heapMebibytes": round(metrics["JSHeapUsedSize"] / 2**20, 1),
    }


def measure(url, seconds, rows=1):
    with Chromium(1920, 1080) as browser:
        browser.open(url)
        browser.eventually(f"document.querySelectorAll('#table tbody tr').length >= {rows} && document.getElementById('age').dataset.is === 'fresh'", 60)
        browser.wait(5)
        return {
            "rows": browser.evaluate("document.querySelectorAll('#table tbody tr').length"),
            "scrolling": frames(browser, seconds, True), "still": frames(browser, seconds, False), "complaints": browser.complaints,
        }


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 30)))
