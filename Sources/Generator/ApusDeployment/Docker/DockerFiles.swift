package import ApusFiles
package import ApusTopology

/// `deploy/docker/Dockerfile` with a target an image, and what of the source tree is sent to the builder.
package func dockerFiles(for fleet: Fleet) throws -> [GeneratedFile] {
    let fleet = try fleet.deployed()
    return [
        Dockerfile(fleet: fleet).text.file("deploy/docker/Dockerfile"),
        // Docker takes it in place of the context's own .dockerignore.
        GeneratedFile(path: "deploy/docker/Dockerfile.dockerignore", contents: Dockerfile.ignored),
    ]
}
