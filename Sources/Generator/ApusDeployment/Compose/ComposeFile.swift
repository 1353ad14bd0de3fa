import ApusFiles

/// A file of Docker Compose (https://github.com/compose-spec/compose-spec), as far as it is generated.
struct ComposeFile: Encodable {
    let services: OrderedEntries<Placed<ComposeService>>
    let networks: OrderedEntries<Network>
    let volumes: OrderedEntries<Volume>
    let secrets: OrderedEntries<Secret>

    struct Network: Encodable {
        let driver = "bridge"
        var ipam: AddressManagement?
    }

    /// Which addresses a network has.
    struct AddressManagement: Encodable {
        let config: [Subnet]

        struct Subnet: Encodable {
            let subnet: String
            /// The addresses that are given to whom none is fixed for.
            let range: String

            enum CodingKeys: String, CodingKey {
                case subnet
                case range = "ip_range"
            }
        }
    }

    struct Volume: Encodable {
        let driver = "local"
    }

    struct Secret: Encodable {
        let file: String
    }
}
