import ApusFiles

/// What several places of nginx's configuration include: a location that sets a header of its own loses all that it would have
/// inherited, so that each includes the whole set.
enum NginxSnippets {
    /// Beside the configuration: nginx takes a relative path of `include` from there.
    static let folder = "snippets"
    static let headers = "\(folder)/headers.conf"
    static let secureHeaders = "\(folder)/headers-tls.conf"
    static let proxy = "\(folder)/proxy.conf"

    static func files(folder: String) -> [GeneratedFile] {
        [
            GeneratedFile(path: "\(folder)/headers-tls.conf", contents: header + commonHeaders + strictTransport),
            GeneratedFile(path: "\(folder)/headers.conf", contents: header + commonHeaders),
            GeneratedFile(path: "\(folder)/proxy.conf", contents: header + proxySettings),
        ]
    }

    static let header = "# Written by `apus generate`: change the topology instead.\n"

    private static let commonHeaders = """
        # On every answer, errors included.
        add_header X-Content-Type-Options "nosniff" always;
        add_header X-Frame-Options "DENY" always;
        add_header Referrer-Policy "no-referrer" always;
        # It serves no pages: nothing is loaded, nothing framed.
        add_header Content-Security-Policy "default-src 'none'; frame-ancestors 'none'" always;
        add_header Cross-Origin-Resource-Policy "same-origin" always;
        add_header X-Request-ID $request_id always;
        # Empty, and so left out, unless a rate limit refused the request.
        add_header Retry-After $retry_after always;

        """

    private static let strictTransport = """
        # Two years.
        add_header Strict-Transport-Security "max-age=63072000" always;

        """

    private static let proxySettings = """
        # HTTP/1.1, so that connections to the instances are kept; a location says what becomes of Connection.
        proxy_http_version 1.1;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        # Not what the client sent: it could name any address.
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Request-ID $request_id;

        """
}
