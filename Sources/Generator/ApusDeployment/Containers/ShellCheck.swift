/// Health checks for images with nothing but a shell, in the words of bash, which has sockets of its own (`/dev/tcp` in bash(1)).
enum ShellCheck {
    /// A script that succeeds when a port of the container answers a GET with status 200.
    static func answers(port: Int, path: String) -> String {
        request(path, host: "127.0.0.1", port: port) + " && read -r -t 4 line <&3 && [[ $line == *' 200 '* ]]"
    }

    /// A script that succeeds when an agent answers that an instance lives, reports and does not hang.
    ///
    /// - Parameters:
    ///   - instance: its name; nil for the name of the host, which is that of a pod.
    ///   - host: of the agent.
    static func isWell(_ instance: String?, of service: String, agent host: String, port: Int) -> String {
        // The keys of an instance are in the order of the alphabet; what stands before its name may hold any text.
        let name = instance.map(literal) ?? "'$HOSTNAME'"
        let pattern = #"'"instance":"\#(name)",[^}]*"service":"\#(literal(service))",[^}]*"status":"pass"'"#
        // The end of the answer ends what is read, which is no success for bash.
        return request("/health", host: host, port: port) + " && { read -r -d '' -t 4 text <&3; pattern=\(pattern)"
            + "; [[ ${text//[[:space:]]/} =~ $pattern ]]; }"
    }

    private static func request(_ path: String, host: String, port: Int) -> String {
        #"exec 3<>/dev/tcp/\#(host)/\#(port) && printf 'GET \#(path) HTTP/1.0\r\n\r\n' >&3"#
    }

    /// A name in a regular expression.
    private static func literal(_ name: String) -> String { name.replacing(".", with: "[.]") }
}
