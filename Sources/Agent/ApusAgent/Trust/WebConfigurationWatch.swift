import ApusLimits
import ServiceLifecycle

/// Has the web configuration read anew when it, or a certificate or key that it names, is another one than was read last.
///
/// What is changed is read once two looks have seen the same, so that a certificate and its key may be replaced one after the other.
struct WebConfigurationWatch: Service {
    let trust: WebTrust
    let reload: @Sendable () -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var changed: [FileStamp]?
            while (try? await Task.sleep(for: TrustLimits.look.value)) != nil {
                let read = trust.files
                let now = read.map(\.now)
                guard now != read else {
                    changed = nil
                    continue
                }
                guard now == changed else {
                    changed = now
                    continue
                }
                reload()
                changed = nil
            }
        }
    }
}
