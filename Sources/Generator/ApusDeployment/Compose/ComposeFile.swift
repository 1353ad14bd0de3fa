import ApusFiles

/// A file of Docker Compose (https://github.com/compose-spec/compose-spec), as far as it is generated.
struct ComposeFile: Encodable {
    let services: OrderedEntries<Placed<ComposeService>>
    let networks: OrderedEntries<Network>
    let volumes: OrderedEntries<Volume>
    let secrets: OrderedEntries<Secret>

    struct Network: Encodable {
        let driver = "bridge"
    }

    struct Volume: Encodable {
        let driver = "local"
    }

    struct Secret: Encodable {
        let file: String
    }
}
