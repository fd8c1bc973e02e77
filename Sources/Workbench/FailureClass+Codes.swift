// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension FailureClass {
    /// Every error code that names a class of its own.
    ///
    /// ``passingOn`` lists the ones that only pass on what happened below; a test holds both against the sources.
    static let byCode: [String: FailureClass] = {
        var classes: [String: FailureClass] = [:]
        for (failure, codes) in table { for code in codes { classes[code] = failure } }
        return classes
    }()

    /// Codes without a class of their own.
    static let passingOn: Set<String> = [
        "PRB-001", "DAP-001", "COR-001", "TGT-002", "TGT-003", "TGT-004", "LDR-023", "LDR-024",
        "LDR-025", "FLS-013", "SRV-006",
    ]

    private static let table: [(FailureClass, [String])] = [
        (.noProbe, ["WRK-001", "WRK-002", "BEN-002", "USB-013"]),
        (.probeUnavailable, ["USB-004", "USB-005", "USB-012"]),
        (.probeLost, ["USB-003"]),
        (
            .probeFailed,
            codes("USB", [1, 2, 6, 7, 8, 9, 10, 11]) + codes("PRB", [2, 5, 6]) + [
                "WRK-003", "FMT-001", "SRV-024",
            ]
        ),
        (.targetUnpowered, ["PRB-008", "TGT-005"]),
        (.noTarget, codes("DAP", 2...4) + ["PRB-007"]),
        (.wrongPart, codes("TGT", 6...9)),
        (
            .targetFailed,
            codes("PRB", 3...4) + codes("DAP", 5...12) + codes("COR", [2, 3, 4, 5, 6, 7, 8, 9, 11])
                + codes("TGT", 10...13) + ["LDR-034"]
        ),
        (.imageMalformed, codes("IMG", [1, 2, 6, 7, 8, 10, 12, 13, 16])),
        (.imageChecksum, ["IMG-005"]),
        (.imageOverlap, ["IMG-014"]),
        (.imageBeyondFlash, ["IMG-015", "FLS-002", "FLS-003", "LDR-027"]),
        (.imageForOtherTarget, ["IMG-009", "IMG-011"]),
        (
            .fileUnusable,
            ["WRK-020", "WRK-021", "BEN-008", "BEN-009", "BEN-010", "BEN-011", "BEN-013"]
                + codes("SRV", 20...23)
        ),
        (.configurationInvalid, ["WRK-010", "WRK-011", "WRK-012", "BEN-012"] + codes("CFG", 1...10)),
        (.loaderInvalid, codes("LDR", [1, 2, 6, 7, 8, 9, 10, 26]) + ["FLS-001", "WRK-030"]),
        (.loaderWithoutStorageInfo, codes("LDR", 3...5)),
        (.loaderOutsideRAM, codes("LDR", 20...22)),
        (.loaderFailed, codes("LDR", [30, 31, 33]) + codes("COR", 12...17)),
        (.flashSilent, ["WRK-031", "LDR-028"]),
        (.flashProtected, ["WRK-032", "LDR-029"]),
        (.verifyMismatch, ["FLS-008"]),
        (.notBlank, ["FLS-007"]),
        (.flashFailed, codes("FLS", [10, 11, 12, 15, 16])),
        (.refused, ["FLS-004", "FLS-005", "FLS-009"]),
        (
            .usage,
            codes("IMG", 3...4) + ["FLS-006"] + codes("WRK", 22...24) + codes("BEN", [1, 3, 4, 5, 6, 7])
                + codes("SRV", [4, 5, 7, 8])
        ),
        (.machineUnsuitable, codes("SRV", [1, 2, 3, 9, 10])),
        (.cancelled, ["COR-010", "LDR-032", "FLS-014", "WRK-040"]),
    ]

    /// `IMG-003` for 3.
    private static func codes(_ prefix: String, _ numbers: some Sequence<Int>) -> [String] {
        numbers.map { number in
            let digits = String(number)
            return "\(prefix)-" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
        }
    }
}
