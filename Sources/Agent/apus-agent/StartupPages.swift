import CLinux
import ServiceLifecycle

/// Gives back, once the agent has started, the pages that only starting needed: the sections that the Swift runtime scans, the
/// parser of options, the setup of sockets, and what was built and let go meanwhile. They are half of what would stay resident.
struct StartupPages: Service {
    func run() async throws {
        await cancelWhenGracefulShutdown {
            guard (try? await Task.sleep(for: .seconds(2))) != nil else { return }
            apus_release_startup_pages()
        }
    }
}
