import Foundation

/// `promtool check metrics`, from Debian's prometheus.
enum Promtool {
    /// - Returns: the exit code, 0 when all is well and 3 when only the style of names is not, and what was printed.
    static func check(_ exposition: [UInt8]) throws -> (status: Int32, output: String) {
        let path = FileManager.default.temporaryDirectory.appending(path: "promtool-\(UUID().uuidString)")
        try Data(exposition).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/promtool")
        process.arguments = ["check", "metrics"]
        process.standardInput = try FileHandle(forReadingFrom: path)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: said, as: UTF8.self))
    }
}
