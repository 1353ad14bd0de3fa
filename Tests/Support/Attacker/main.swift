// A hostile neighbour of the agent, the API and the worker, for the tests of what they bear, and the honest client that is to be
// served meanwhile. Everything it does is bounded in time and count, and goes to the addresses that it is given.
//
//   attacker SECONDS report SOCKET ATTACK      what reporters do to the agent (ReportAttack)
//   attacker SECONDS http PORT ATTACK          what clients do to a server on 127.0.0.1 (HTTPAttack)
//   attacker SECONDS receive PORT ATTACK       what receivers of webhooks do to workers (ReceiverAttack)
//   attacker SECONDS scrape PORT PATH TEXT     asks once a second, and writes of each answer status, milliseconds and whether TEXT is in it
import Glibc

signal(SIGPIPE, SIG_IGN)
let arguments = CommandLine.arguments
guard arguments.count >= 5, let seconds = Int(arguments[1]) else { fail("it takes seconds, a side, an address and an attack") }
let end = ContinuousClock.now + .seconds(seconds)
let attack = arguments[4]
switch arguments[2] {
case "report":
    guard let attack = ReportAttack(rawValue: attack) else { fail("no attack of reporters: \(attack)") }
    try attack.run(on: arguments[3], until: end)
case "http":
    guard let attack = HTTPAttack(rawValue: attack) else { fail("no attack of clients: \(attack)") }
    attack.run(on: port(arguments[3]), until: end)
case "receive":
    guard let attack = ReceiverAttack(rawValue: attack) else { fail("no attack of receivers: \(attack)") }
    attack.run(on: port(arguments[3]), until: end)
case "scrape":
    guard arguments.count == 6 else { fail("a scrape takes a path and a text") }
    HonestClient(port: port(arguments[3]), path: attack, text: arguments[5]).run(until: end)
default: fail("no side: \(arguments[2])")
}

func port(_ text: String) -> UInt16 {
    guard let port = UInt16(text) else { fail("no port: \(text)") }
    return port
}

func fail(_ reason: String) -> Never {
    let line = Array("attacker: \(reason)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
    exit(2)
}
