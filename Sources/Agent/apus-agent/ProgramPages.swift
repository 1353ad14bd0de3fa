import CLinux
import ServiceLifecycle

/// Gives back pages of the program and its libraries that nothing needs now: they stay in the kernel's cache of files, and come back by
/// a fault where they are needed.
///
/// The first time goes what only starting needed, which is half of what would stay resident: the sections that the Swift runtime scans,
/// the parser of options, the setup of sockets. The second time goes what the first clients needed once, and then, rarely, what anything
/// else did. The kernel maps 64 KiB around each fault, so that a scrape after it costs some seventy faults.
struct ProgramPages: Service {
    private static let first: [Duration] = [.seconds(2), .seconds(8)]
    private static let later = Duration.seconds(300)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for wait in Self.first {
                guard (try? await Task.sleep(for: wait)) != nil else { return }
                apus_release_program_pages()
            }
            while (try? await Task.sleep(for: Self.later)) != nil { apus_release_program_pages() }
        }
    }
}
