// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ObjectFiles

/// Reads a CMSIS flash algorithm (.FLM, an ELF file), which armlink or a GNU linker made for any address.
struct CMSISAlgorithmFile {
    private let reader: LoaderReader

    /// Below this no part that this is for has RAM: what is linked here is to be moved.
    private static let firstRAM: UInt64 = 0x1000_0000
    private static let dataSection = "PrgData"

    init(_ elf: ELFFile, _ record: ELFSymbol, _ fileName: String) {
        reader = LoaderReader(elf: elf, record: record, fileName: fileName)
    }

    func read() throws(LoaderFileError) -> LoaderFile {
        let flash = try reader.statement(
            .flashDevice, size: FlashDeviceRecord.encodedSize, FlashDeviceRecord.decode)
        let memory = try LoaderMemory(
            reader.elf, record: .flashDevice, in: Int(reader.record.sectionIndex),
            fileName: reader.fileName, limit: LoaderReader.sizeLimit)
        var program = try reader.program(memory, CMSISLoaderABI())
        program.isPositionIndependent = (program.span?.lowerBound ?? 0) < Self.firstRAM
        // CMSIS-Pack, "Flash Programming": data is addressed relative to R9, from the start of PrgData on.
        program.staticBase = dataStart ?? program.pieces.first?.address
        return LoaderFile(program: program, abi: CMSISLoaderABI(), flash: flash)
    }

    /// The lowest address of what is called PrgData; without that of what can be written.
    private var dataStart: UInt32? {
        let elf = reader.elf
        let allocated = elf.sections.filter {
            $0.isAllocated && $0.size > 0 && $0.index != Int(reader.record.sectionIndex)
        }
        let named = allocated.filter { elf.name(of: $0) == Self.dataSection }
        let data = named.isEmpty ? allocated.filter(\.isWritable) : named
        return data.map(\.address).min()
    }
}
