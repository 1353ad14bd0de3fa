// The checkout: takes orders over HTTP and lays each into a folder, from which the packing takes it. Node.js alone, without packages.
//   node checkout.mjs --name NAME --listen HOST:PORT --data FOLDER
// It reports to the agent as Prometheus text, to the URL in APUS_REPORT_URL; without that it reports nothing.
import { createServer } from 'node:http'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'

const { values: options } = parseArgs({
  options: { name: { type: 'string' }, listen: { type: 'string' }, data: { type: 'string' } }
})
const [host, port] = options.listen.split(':')
const folders = Object.fromEntries(['orders', 'parcels'].map(name => [name, `${options.data}/${name}`]))

// What is counted, by the names that the topology declares.
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const durations = new Map()
const counts = { active: 0, abandoned: 0, orders: 0, items: 0 }
const delay = monitorEventLoopDelay({ resolution: 10 })
delay.enable()

function observe(method, route, status, seconds) {
  const labels = `method="${method}",route="${route}",status="${status}"`
  const series = durations.get(labels) ?? { buckets: bounds.map(() => 0), count: 0, sum: 0 }
  durations.set(labels, series)
  bounds.forEach((bound, index) => { if (seconds <= bound) series.buckets[index] += 1 })
  series.count += 1
  series.sum += seconds
}

function metrics() {
  const name = 'http_server_request_duration_seconds'
  const lines = [`# TYPE ${name} histogram`]
  for (const [labels, series] of durations) {
    bounds.forEach((bound, index) => lines.push(`${name}_bucket{${labels},le="${bound}"} ${series.buckets[index]}`))
    lines.push(`${name}_bucket{${labels},le="+Inf"} ${series.count}`)
    lines.push(`${name}_sum{${labels}} ${series.sum}`, `${name}_count{${labels}} ${series.count}`)
  }
  // The loop's timer is late by its own resolution always.
  const lag = Math.max(0, delay.max / 1e9 - 0.01)
  delay.reset()
  for (const [name, kind, value] of [
    ['http_server_active_requests', 'gauge', counts.active],
    ['http_server_requests_abandoned_total', 'counter', counts.abandoned],
    ['checkout_orders_total', 'counter', counts.orders],
    ['checkout_items_total', 'counter', counts.items],
    ['nodejs_heap_size_used_bytes', 'gauge', process.memoryUsage().heapUsed],
    ['nodejs_eventloop_lag_seconds', 'gauge', lag]
  ]) lines.push(`# TYPE ${name} ${kind}`, `${name} ${value}`)
  return lines.join('\n') + '\n'
}

async function report() {
  try {
    const answer = await fetch(process.env.APUS_REPORT_URL, { method: 'PUT', body: metrics(), signal: AbortSignal.timeout(4000) })
    if (!answer.ok) console.error(`not reported: ${await answer.text()}`)
  } catch (error) {
    // Metrics never stop a service: the next report has it all.
    console.error(`not reported: ${error.cause ?? error}`)
  }
}

class Refusal extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

async function body(request) {
  const parts = []
  let size = 0
  for await (const part of request) {
    size += part.length
    if (size > 65536) throw new Refusal(413, 'an order has at most 65536 bytes')
    parts.push(part)
  }
  try { return JSON.parse(Buffer.concat(parts)) } catch { throw new Refusal(400, 'the order is no JSON') }
}

async function placeOrder(request) {
  const { items } = await body(request)
  const isItem = item => typeof item?.name === 'string' && Number.isInteger(item.size) && item.size > 0 && item.size <= 100
  if (!Array.isArray(items) || items.length === 0 || items.length > 100 || !items.every(isItem)) {
    throw new Refusal(400, 'an order has 1 to 100 items, each with a name and a size of 1 to 100')
  }
  const id = randomUUID()
  const path = `${folders.orders}/${id}.json`
  // Nobody sees half an order.
  await writeFile(`${path}.new`, JSON.stringify({ id, items }))
  await rename(`${path}.new`, path)
  counts.orders += 1
  counts.items += items.length
  return [201, { id }]
}

async function order(id) {
  for (const [folder, state] of [[folders.parcels, 'packed'], [folders.orders, 'waiting']]) {
    const text = await readFile(`${folder}/${id}.json`, 'utf8').catch(() => null)
    if (text) return [200, { state, ...JSON.parse(text) }]
  }
  throw new Refusal(404, 'there is no such order, or it is being packed')
}

const routes = [
  ['POST', /^\/orders$/, '/orders', request => placeOrder(request)],
  ['GET', /^\/orders\/([0-9a-f-]{36})$/, '/orders/:id', (request, id) => order(id)],
  ['GET', /^\/health\/(live|ready)$/, '/health/:kind', () => [200, { status: 'pass' }]]
]

const server = createServer(async (request, response) => {
  const start = performance.now()
  const path = request.url.split('?')[0]
  const [, pattern, route, handler] = routes.find(([method, pattern]) => method === request.method && pattern.test(path)) ?? []
  counts.active += 1
  let status, content
  try {
    if (!handler) throw new Refusal(404, 'there is nothing here')
    ;[status, content] = await handler(request, ...pattern.exec(path).slice(1))
  } catch (error) {
    if (!(error instanceof Refusal)) console.error(error)
    ;[status, content] = [error.status ?? 500, { error: error instanceof Refusal ? error.message : 'not today' }]
  }
  counts.active -= 1
  if (request.destroyed && !request.complete) {
    counts.abandoned += 1
    return
  }
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(content) + '\n')
  observe(request.method, route ?? 'none', status, (performance.now() - start) / 1000)
})

process.on('SIGTERM', async () => {
  server.close()
  if (process.env.APUS_REPORT_URL) await fetch(process.env.APUS_REPORT_URL, { method: 'DELETE' }).catch(() => {})
  process.exit(0)
})

for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true })
server.listen(Number(port), host, () => console.log(`${options.name} listens on ${options.listen}`))
if (process.env.APUS_REPORT_URL) {
  setInterval(report, 5000)
  report()
}
