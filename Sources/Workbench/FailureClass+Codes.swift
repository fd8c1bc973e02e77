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
        "PRB-001", "DAP-001", "COR-001", "TGT-002", "TGT-003", "TGT-004", "FLS-013", "SRV-006",
    ]

    private static let table: [(FailureClass, [String])] = [
        (.noProbe, ["WRK-001", "WRK-002"]),
        (.probeUnavailable, ["USB-004", "USB-005"]),
        (.probeLost, ["USB-003"]),
        (
            .probeFailed,
            [
                "USB-001", "USB-002", "USB-006", "USB-007", "USB-008", "USB-009", "USB-010", "USB-011",
                "PRB-002",
                "PRB-005", "PRB-006", "WRK-003", "FMT-001",
            ]
        ),
        (.targetUnpowered, ["PRB-008", "TGT-005"]),
        (.noTarget, ["PRB-007", "DAP-002", "DAP-003", "DAP-004"]),
        (.wrongPart, ["TGT-006", "TGT-007", "TGT-008", "TGT-009"]),
        (
            .targetFailed,
            [
                "PRB-003", "PRB-004", "DAP-005", "DAP-006", "DAP-007", "DAP-008", "DAP-009", "DAP-010",
                "DAP-011",
                "DAP-012", "COR-002", "COR-003", "COR-004", "COR-005", "COR-006", "COR-007", "COR-008",
                "COR-009",
                "COR-011", "TGT-010", "TGT-011", "TGT-012", "TGT-013",
            ]
        ),
        (
            .imageMalformed,
            [
                "IMG-001", "IMG-002", "IMG-006", "IMG-007", "IMG-008", "IMG-010", "IMG-012", "IMG-013",
                "IMG-016", "IMG-017",
            ]
        ),
        (.imageChecksum, ["IMG-005"]),
        (.imageOverlap, ["IMG-014"]),
        (.imageBeyondFlash, ["IMG-015", "FLS-002", "FLS-003"]),
        (.imageForOtherTarget, ["IMG-009", "IMG-011"]),
        (.fileUnusable, ["WRK-020", "WRK-021", "BEN-008", "BEN-009", "BEN-010", "BEN-011"]),
        (.configurationInvalid, ["WRK-010", "WRK-011", "WRK-012", "TGT-001"]),
        (.loaderFailed, ["COR-012", "COR-013", "COR-014", "COR-015", "COR-016", "COR-017"]),
        (.loaderInvalid, ["FLS-001", "WRK-030"]),
        (.flashSilent, ["WRK-031"]),
        (.flashProtected, ["WRK-032"]),
        (.verifyMismatch, ["FLS-008"]),
        (.notBlank, ["FLS-007"]),
        (.flashFailed, ["FLS-010", "FLS-011", "FLS-012", "FLS-015", "FLS-016"]),
        (.refused, ["FLS-004", "FLS-005", "FLS-009"]),
        (
            .usage,
            [
                "IMG-003", "IMG-004", "FLS-006", "WRK-022", "WRK-023", "WRK-024", "BEN-001", "BEN-002",
                "BEN-003",
                "BEN-004", "BEN-005", "BEN-006", "BEN-007", "SRV-004", "SRV-005", "SRV-007", "SRV-008",
            ]
        ),
        (.machineUnsuitable, ["SRV-001", "SRV-002", "SRV-003", "SRV-009"]),
        (.cancelled, ["COR-010", "FLS-014", "WRK-040"]),
    ]
}
