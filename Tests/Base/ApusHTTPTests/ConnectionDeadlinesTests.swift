import ApusHTTP
import NIOCore
import NIOEmbedded
import Testing

@Suite struct ConnectionDeadlinesTests {
    @Test func `a header now and then prolongs nothing: the whole request has one deadline`() throws {
        let connection = try HTTPServerConnection()
        connection.receive("GET / HTTP/1.1\r\n")
        for second in 1...9 {
            connection.pass(.seconds(1))
            connection.receive("X-\(second): 1\r\n")
        }
        #expect(connection.isOpen)
        connection.pass(.seconds(1))
        #expect(!connection.isOpen)
        #expect(connection.cutReasons == [.request])
    }

    @Test func `a byte of a body now and then prolongs nothing`() throws {
        let connection = try HTTPServerConnection()
        connection.receive("POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n")
        for _ in 1...9 {
            connection.pass(.seconds(1))
            connection.receive("x")
        }
        #expect(connection.isOpen)
        connection.pass(.seconds(1))
        #expect(!connection.isOpen)
        #expect(connection.cutReasons == [.request])
    }

    @Test func `a connection that says nothing is closed earlier than one that was answered`() throws {
        let silent = try HTTPServerConnection()
        silent.pass(.seconds(10))
        #expect(!silent.isOpen)
        #expect(silent.cutReasons == [.idle])
        let answered = try HTTPServerConnection()
        answered.receive("GET / HTTP/1.1\r\n\r\n")
        answered.pass(.seconds(119))
        #expect(answered.isOpen)
        answered.pass(.seconds(1))
        #expect(!answered.isOpen)
        #expect(answered.cutReasons == [.idle])
    }

    @Test func `requests one after the other are each given their time`() throws {
        let connection = try HTTPServerConnection()
        for _ in 0..<20 {
            connection.pass(.seconds(8))
            connection.receive("GET / HTTP/1.1\r\n")
            connection.pass(.seconds(8))
            connection.receive("\r\n")
        }
        #expect(connection.isOpen)
        #expect(connection.requests.uris.count == 20)
    }

    @Test(arguments: ["GET /b HTTP/1.1\r\nX: ", "G", "POST /b HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"])
    func `half a request that came behind another one has a request's time, and not that of silence`(half: String) throws {
        for answersLater in [false, true] {
            let connection = try HTTPServerConnection()
            connection.requests.answers = !answersLater
            connection.receive("GET /a HTTP/1.1\r\n\r\n" + half)
            if answersLater {
                connection.pass(.seconds(20))
                connection.requests.answers = true
                connection.requests.answer()
            }
            connection.pass(.milliseconds(9_900))
            #expect(connection.isOpen)
            connection.pass(.milliseconds(200))
            #expect(!connection.isOpen)
            #expect(connection.cutReasons == [.request])
        }
    }

    @Test func `an empty line behind a request begins none`() throws {
        let connection = try HTTPServerConnection()
        connection.receive("POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nab\r\n")
        connection.pass(.seconds(100))
        #expect(connection.isOpen)
    }

    @Test func `a client that takes nothing of an answer is cut`() throws {
        let connection = try HTTPServerConnection()
        connection.requests.answers = false
        connection.receive("GET / HTTP/1.1\r\n\r\n")
        connection.pass(.seconds(20))
        // The server's own work is no fault of the client.
        #expect(connection.isOpen)
        connection.requests.begin()
        connection.pass(.seconds(4))
        #expect(connection.isOpen)
        connection.pass(.seconds(1))
        #expect(!connection.isOpen)
        #expect(connection.cutReasons == [.stalled])
    }

    @Test func `an answer that goes on slowly for ever is cut`() throws {
        let connection = try HTTPServerConnection()
        connection.requests.answers = false
        connection.receive("GET / HTTP/1.1\r\n\r\n")
        connection.requests.begin()
        for _ in 0..<14 {
            connection.pass(.seconds(4))
            connection.channel.isWritable = false
            connection.channel.pipeline.fireChannelWritabilityChanged()
            connection.channel.isWritable = true
            connection.channel.pipeline.fireChannelWritabilityChanged()
        }
        #expect(connection.isOpen)
        connection.pass(.seconds(4))
        #expect(!connection.isOpen)
        #expect(connection.cutReasons == [.answer])
    }
}
