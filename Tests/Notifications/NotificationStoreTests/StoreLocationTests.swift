import NotificationStore
import Testing

@Suite struct `The location of a store` {
    @Test(arguments: [
        ("sqlite:notifications.sqlite", "notifications.sqlite"), ("sqlite:/var/lib/apus/a.sqlite", "/var/lib/apus/a.sqlite"),
        ("SQLite:a:b", "a:b"),
    ])
    func `is read from its text, and written as such`(text: String, path: String) throws {
        let location = try StoreLocation(parsing: text)
        #expect(location == .sqlite(path: path))
        #expect(try StoreLocation(parsing: location.description) == location)
        #expect(location.name == path)
    }

    @Test(arguments: ["", "sqlite:", "sqlite", "notifications.sqlite", "postgresql://localhost/a", ":a"])
    func `is refused when it names no store, with what to write`(text: String) {
        #expect {
            try StoreLocation(parsing: text)
        } throws: { error in
            "\(error)" == "“\(text)” names no store: write sqlite:PATH, such as sqlite:notifications.sqlite"
        }
    }

    @Test(arguments: ["data", "data/"]) func `is in the folder unless it is absolute`(folder: String) {
        #expect(StoreLocation.sqlite(path: "a.sqlite").below(folder) == .sqlite(path: "data/a.sqlite"))
        #expect(StoreLocation.sqlite(path: "/a.sqlite").below(folder) == .sqlite(path: "/a.sqlite"))
    }
}
