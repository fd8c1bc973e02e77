// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import FlashLoader

/// What kind of loader is to be made, and where it goes.
package struct ExportRequest: Sendable {
    package let path: String
    /// Nil: by the name of the file.
    package let format: LoaderFormat?
    /// The part that is fitted, where the board's file names none or another.
    package let flash: String?

    package init(path: String, format: LoaderFormat? = nil, flash: String? = nil) {
        (self.path, self.format, self.flash) = (path, format, flash)
    }

    /// Whether the file goes where results are printed, under whatever name.
    package var fillsStandardOutput: Bool { OutputFile.isStandardOutput(path) }

    /// What hosts call the loader: the file's name without what tells its format.
    var loaderName: String? {
        guard FileDescriptorPath.output(path) == nil else { return nil }
        let file = path.split(separator: "/").last.map(String.init) ?? path
        let stem =
            LoaderFormat(fileName: file) == nil
            ? file : String(file.prefix(upTo: file.lastIndex(of: ".") ?? file.endIndex))
        return stem.isEmpty ? nil : stem
    }
}

extension LoaderFormat {
    private static let suffixes: [(suffix: String, format: LoaderFormat)] = [
        (".stldr", .st), (".flm", .cmsis),
    ]
    static let suffixList = ["stldr", "FLM"]

    /// - Returns: nil for a name that ends as no loader does.
    init?(fileName: String) {
        let name = fileName.lowercased()
        guard let format = Self.suffixes.first(where: { name.hasSuffix($0.suffix) })?.format else {
            return nil
        }
        self = format
    }
}
