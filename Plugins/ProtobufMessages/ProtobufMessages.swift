// Makes the C of a target's messages: runs protoc-c over the .proto files in its folder `proto`.
//
// All files go through one command, since their C includes one another's headers. The headers stay
// beside the C; only that C sees them.

import Foundation
import PackagePlugin

/// The build step from `.proto` to C.
@main
struct ProtobufMessages: BuildToolPlugin {
    /// The one command of a target.
    func createBuildCommands(
        context: PluginContext, target: any Target
    ) throws -> [Command] {
        let folder = target.directoryURL.appending(path: "proto")
        let files = try FileManager.default
            .contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "proto" }
            .sorted { $0.path < $1.path }
        let output = context.pluginWorkDirectoryURL
        return [
            .buildCommand(
                displayName: "protoc-c for \(target.name)", executable: try compiler(),
                arguments: ["--proto_path=\(folder.path)", "--c_out=\(output.path)"]
                    + files.map(\.path),
                inputFiles: files,
                outputFiles: files.map { file in
                    let name = file.deletingPathExtension().lastPathComponent
                    return output.appending(path: "\(name).pb-c.c")
                })
        ]
    }

    /// Where protoc-c is on the PATH; SwiftPM itself finds only tools of packages.
    private func compiler() throws -> URL {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
        for folder in path.split(separator: ":") {
            let candidate = "\(folder)/protoc-c"
            if FileManager.default.isExecutableFile(atPath: candidate) {
                return URL(filePath: candidate)
            }
        }
        throw MissingCompiler()
    }
}

/// There is no protoc-c on the PATH.
struct MissingCompiler: Error, CustomStringConvertible {
    /// What to do about it.
    var description: String {
        "protoc-c is not on the PATH; Debian has it in protobuf-c-compiler (make deps installs it)"
    }
}
