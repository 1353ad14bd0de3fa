import ApusLimits
import DeliveryWorker
import HostTesting
import NIOCore
import NIOHTTP1
import Testing

@Suite struct `The state of an answer` {
    private func head(_ status: Int) -> HTTPClientResponsePart {
        .head(HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status)))
    }

    @Test func `is decided by the first final head, and the connection is free at its end`() {
        var state = AnswerState()
        #expect(state.begin() == true)
        #expect(state.receive(head(103)) == .wait)
        #expect(state.receive(.end(nil)) == .wait)
        guard case .answer(let answer) = state.receive(head(204)) else {
            Issue.record("no answer")
            return
        }
        #expect(answer.status.code == 204)
        #expect(state.receive(.end(nil)) == .finish(isReusable: true))
        #expect(state.begin() == true)
    }

    @Test func `remembers why a connection broke before its first request`() {
        var state = AnswerState()
        #expect(state.fail(.malformed("no handshake")) == .close)
        #expect(state.begin() == false)
        #expect(state.earlyFailure == .malformed("no handshake"))
    }

    @Test func `takes no request while another is under way`() {
        var state = AnswerState()
        #expect(state.begin() == true)
        #expect(state.begin() == false)
    }

    @Test(arguments: [0, 42, 99, 101]) func `is an error for a status that is none`(status: Int) {
        var state = AnswerState()
        #expect(state.begin() == true)
        #expect(state.receive(head(status)) == .fail(.status(status)))
        #expect(state.receive(.end(nil)) == .wait)
    }

    @Test func `closes what speaks unasked`() {
        var state = AnswerState()
        #expect(state.receive(bytes: 1) == .close)
        #expect(state.receive(head(200)) == .wait)
        #expect(state.begin() == false)
    }

    @Test func `survives any parts in any order`() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<2000 {
            var state = AnswerState()
            var ends = 0
            for _ in 0..<Int.random(in: 1...30, using: &generator) {
                let action: AnswerState.Action
                switch Int.random(in: 0..<7, using: &generator) {
                case 0:
                    _ = state.begin()
                    continue
                case 1:
                    action = state.receive(
                        head([0, 42, 100, 101, 103, 200, 204, 500, 999].randomElement(using: &generator) ?? 200))
                case 2:
                    action = state.receive(
                        .body(ByteBuffer(repeating: 1, count: Int.random(in: 0...70_000, using: &generator))))
                case 3: action = state.receive(.end(nil))
                case 4: action = state.receive(bytes: Int.random(in: 0...70_000, using: &generator))
                case 5: action = state.fail(nil)
                default: action = state.fail(.closed(received: 1))
                }
                switch action {
                case .fail, .close, .finish(isReusable: false): ends += 1
                case .wait, .answer, .finish(isReusable: true): break
                }
            }
            #expect(ends <= 1, "a connection is given up once")
        }
    }
}
