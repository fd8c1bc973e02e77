// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension FirmwareImage {
    /// Reads all files and puts what they say into one image: both steps in one, as tests want it.
    ///
    /// A byte may be given more than once as long as all agree on its value, as when a boot loader is part of two of the
    /// files; where they do not, none of them is right for certain. Gaps stay gaps.
    package static func merging(
        _ sources: [ImageSource], expecting expectation: ImageExpectation = ImageExpectation()
    ) throws(ImageError) -> FirmwareImage {
        var files: [ImageRecords] = []
        for source in sources {
            let file = try source.records(expecting: expectation)
            guard file.isPlaced else { throw .addressMissing(file: source.name) }
            files.append(file)
        }
        return try JoinedRecords(files).image(in: expectation.allowed)
    }
}

extension ImageSource {
    /// What the file says; a raw binary without an address waits for one.
    package func records(
        expecting expectation: ImageExpectation = ImageExpectation()
    ) throws(ImageError) -> ImageRecords {
        guard !bytes.isEmpty else { throw .noData(file: name) }
        let format = try resolvedFormat()
        var records = try records(as: format, expectation)
        guard records.byteCount > 0 else { throw .noData(file: name) }
        records.format = format
        return records
    }

    private func records(
        as format: ImageFormat, _ expectation: ImageExpectation
    ) throws(ImageError) -> ImageRecords {
        if let address, format.carriesAddresses {
            throw .addressNotAllowed(file: name, format: format, address: address)
        }
        switch format {
        case .elf: return try ELFImageReader.records(of: self, expecting: expectation)
        case .intelHex: return try IntelHexReader.records(of: self)
        case .sRecord: return try SRecordReader.records(of: self)
        case .uf2: return try UF2Reader.records(of: self, expecting: expectation)
        case .binary:
            var records = ImageRecords(fileName: name, places: .whole)
            try records.append(bytes, at: address ?? 0, place: 0)
            records.isPlaced = address != nil
            return records
        }
    }
}
