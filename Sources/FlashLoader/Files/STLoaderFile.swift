// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ObjectFiles

/// Reads an ST external loader (.stldr, an ELF file) as built by IAR, Keil or GNU tools.
struct STLoaderFile {
    private let reader: LoaderReader

    /// Bytes of stack that ST's tool gives a loader.
    private static let vendorStack = 1024

    init(_ elf: ELFFile, _ record: ELFSymbol, _ fileName: String) {
        reader = LoaderReader(elf: elf, record: record, fileName: fileName)
    }

    func read() throws(LoaderFileError) -> LoaderFile {
        let flash = try reader.statement(.storageInfo, size: StorageInfo.encodedSize, StorageInfo.decode)
        let memory = try LoaderMemory(
            reader.elf, record: .storageInfo, in: Int(reader.record.sectionIndex),
            fileName: reader.fileName, limit: LoaderReader.sizeLimit)
        var program = try reader.program(memory, STLoaderABI())
        program.warnings += peculiarities(of: program)
        return LoaderFile(program: program, abi: STLoaderABI(), flash: flash)
    }

    private func peculiarities(of program: LoaderProgram) -> [LoaderWarning] {
        var found: [LoaderWarning] = []
        let zeros = program.zeroFilled.reduce(0) { $0 + $1.count }
        if zeros > 0 { found.append(.needsZeroedMemory(bytes: zeros)) }
        let frames = StackFrames(program).frames.filter { $0.size >= Self.vendorStack }
        found += frames.prefix(3).map { .largeFrame(function: $0.function, bytes: $0.size) }
        for function in [LoaderFunction.massErase, .read] where program.entry(of: function) == nil {
            found.append(.missing(function))
        }
        let startUp = ["Reset_Handler", "main", "g_pfnVectors", "__Vectors"].first { name in
            reader.elf.symbol(named: name) != nil
        }
        if let startUp { found.append(.isApplication(symbol: startUp)) }
        return found
    }
}
