/// Programs that many hosts run, each as a group of the agent's file, in the order in which they are tried.
///
/// A program that serves many applications under one name is told apart by the script or archive in its command line.
enum KnownPrograms {
    /// The lines of a group's members, behind `- `.
    static let groups: [[String]] = first + servers + rest

    private static let first: [[String]] = [
        program("postgresql", "postgres"), program("pgbouncer", "pgbouncer"), program("mysql", "mysqld"),
        program("mariadb", "mariadbd"), program("mongodb", "mongod"),
        // Debian's server is a link to another program of its package.
        [
            "service: redis",
            #"match: [{ executable: redis-server }, { executable: redis-check-rdb, command: '^(?:\S*/)?redis-server ' }]"#,
        ],
        program("valkey", "valkey-server"), program("memcached", "memcached"), program("nginx", "nginx"),
        program("apache", "apache2"), program("httpd", "httpd"), program("haproxy", "haproxy"), program("envoy", "envoy"),
        program("caddy", "caddy"), program("traefik", "traefik"), program("prometheus", "prometheus"),
        program("grafana", "grafana*"),
        ["service: rabbitmq", #"match: { executable: beam.smp, command: '[ /=]rabbit' }"#], program("erlang", "beam.smp"),
        command("php-fpm", "^php-fpm: "), command("puma", "^puma[: ]"), command("sidekiq", "^sidekiq "),
        command("unicorn", "^unicorn "),
    ]

    private static let servers: [[String]] = ["gunicorn", "uvicorn", "hypercorn", "daphne"].flatMap { server($0) }

    private static let rest: [[String]] = [
        command("gunicorn", #"^(?:\S*python[0-9.]* )?(?:\S*/)?gunicorn[: ]"#),
        command("celery", #"^(?:\S*python[0-9.]* (?:-m )?)?(?:\S*/)?celery |^\[celery"#),
        program("uwsgi", "uwsgi*"),
        script(
            "node",
            options(
                #"-r|-C|--(?:require|import|loader|experimental-loader|env-file(?:-if-exists)?|conditions|title"#
                    + #"|max-http-header-size|input-type|disable-warning)"#, besides: "ep")),
        script("python", options("-W|-X|--check-hash-based-pycs", besides: "cm") + "(?: -m)?", "python*"),
        [
            "service: java", "instance: java-${jar}",
            #"match: { executable: java, command: ' -jar (?:\S*/)?(?<jar>[^/\s]+)' }"#,
        ],
        program("java", "java"),
    ]

    /// A server of applications in Python, each told apart by the application that its command line or its title names, `module:callable`, and
    /// by the folder that it works in where that is said.
    private static func server(_ name: String) -> [[String]] {
        let beginning = #"^(?:\S*python[0-9.]* (?:-m )?)?(?:\S*/)?"# + name
        // A configuration can be named as python:MODULE or file:PATH.
        let app = #"(?!python:|file:)(?<app>[A-Za-z_][\w.]*:[A-Za-z_][\w.]*)(?:\([^ ]*\))?(?:[\] ]|$)"#
        let folder = #" (?=(?:\S+ )*?--(?:chdir|app-dir)[ =](?:[^ ]*/)?(?<folder>[^/ ]+))"#
        return [
            [
                "service: \(name)", "instance: \(name)-${folder}-${app}",
                "match: { command: '\(beginning)\(folder)(?:\\S+ )*?\(app)' }",
            ],
            [
                "service: \(name)", "instance: \(name)-${app}",
                "match: { command: '\(beginning)(?:: \\S+ \\[| (?:\\S+ )*?)\(app)' }",
            ],
        ]
    }

    /// A program and its options, of which some have a value behind them.
    ///
    /// - Parameter besides: letters of options that have a program in place of a script.
    private static func options(_ valued: String, besides letters: String) -> String {
        "^\\S+(?: (?:\(valued)) \\S+| -(?![\(letters)] )\\S*)*"
    }

    private static func program(_ service: String, _ executable: String) -> [String] {
        ["service: \(service)", "match: { executable: '\(executable)' }"]
    }

    private static func command(_ service: String, _ expression: String) -> [String] {
        ["service: \(service)", "match: { command: '\(expression)' }"]
    }

    /// An interpreter, with the last two parts of its script's path in the instance's name.
    private static func script(_ service: String, _ before: String, _ executable: String? = nil) -> [String] {
        let parts = #"/?(?:[^/\s]+/)*?(?<script>(?:[^/\s-][^/\s]*/)?[^/\s-][^/\s]*)"#
        return [
            "service: \(service)", "instance: \(service)-${script}",
            "match: { executable: '\(executable ?? service)', command: '\(before) \(parts)(?: |$)' }",
        ]
    }
}
