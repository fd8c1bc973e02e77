// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A test record of OpenHTF per line, as its JSON output writes one (openhtf/output/callbacks/json_factory.py).
struct OpenHTFExport: RecordExport {
    private struct Record: Encodable {
        let dut_id: String
        let station_id: String
        let start_time_millis: Int64?
        let end_time_millis: Int64?
        let outcome: String?
        let outcome_details: [Detail]
        let metadata: [String: String]
        let phases: [Phase]
        let diagnoses: [String] = []
        let log_records: [String] = []
        let code_info = CodeInfo()
    }
    private struct CodeInfo: Encodable {
        let name = "extflash", docstring = "", sourcecode = ""
    }
    private struct Detail: Encodable {
        let code: String
        let description: String
    }
    private struct Phase: Encodable {
        let name: String
        let outcome: String
        let start_time_millis: Int64?
        let end_time_millis: Int64?
        let measurements: [String: Measurement]
        let descriptor_id: Int
        let codeinfo = CodeInfo()
        let attachments: [String: String] = [:]
        let diagnosis_results: [String] = []
        let failure_diagnosis_results: [String] = []
    }
    /// Codes of UNECE recommendation 20.
    private struct Unit: Encodable {
        let name: String
        let code: String
        let suffix: String?
    }
    private struct Measurement: Encodable {
        let name: String
        let outcome: String
        let units: Unit
        let measured_value: Double
    }

    func begin() -> String { "" }
    func end() -> String { "" }

    func unit(_ unit: UnitRecord) -> String {
        let error = unit.closing?.error
        return ExportJSON.line(
            Record(
                dut_id: unit.label, station_id: "\(unit.opening.station)/\(unit.opening.slot)",
                start_time_millis: unit.started?.milliseconds, end_time_millis: unit.ended?.milliseconds,
                outcome: unit.closing.map { Self.outcome($0.verdict) },
                outcome_details: error.map { [Detail(code: $0.code, description: $0.summary)] } ?? [],
                metadata: metadata(of: unit), phases: phases(of: unit)))
    }

    private static func outcome(_ verdict: Verdict) -> String {
        switch verdict {
        case .good: "PASS"
        case .failed, .refused: "FAIL"
        case .cancelled: "ABORTED"
        case .interrupted: "ERROR"
        }
    }

    private func metadata(of unit: UnitRecord) -> [String: String] {
        var metadata = unit.opening.fields
        for (pool, value) in unit.opening.serials { metadata[pool] = value }
        metadata["unit"] = unit.opening.unit
        metadata["recipe"] = unit.opening.recipe.name
        metadata["recipe_hash"] = unit.opening.recipe.hash
        metadata["batch"] = unit.opening.batch
        metadata["work_order"] = unit.opening.workOrder
        metadata["operator"] = unit.opening.operatorName
        metadata["mcu_unique_id"] = unit.closing?.microcontroller?.uniqueID
        return metadata
    }

    /// Phases follow each other; only their lengths were measured.
    private func phases(of unit: UnitRecord) -> [Phase] {
        var time = unit.started?.milliseconds
        var phases: [Phase] = []
        for phase in unit.closing?.phases ?? [] {
            let end = time.map { $0 + Int64(min(max(0, phase.seconds * 1000), 1e12)) }
            let bytes = Measurement(
                name: "bytes", outcome: "PASS", units: Unit(name: "byte", code: "AD", suffix: nil),
                measured_value: Double(phase.bytes))
            phases.append(
                Phase(
                    name: phase.name, outcome: "PASS", start_time_millis: time, end_time_millis: end,
                    measurements: ["bytes": bytes], descriptor_id: phases.count))
            time = end
        }
        if let volts = unit.closing?.millivolts {
            let voltage = Measurement(
                name: "target_voltage", outcome: "PASS", units: Unit(name: "volt", code: "VLT", suffix: "V"),
                measured_value: Double(volts) / 1000)
            phases.append(
                Phase(
                    name: "supply", outcome: "PASS", start_time_millis: time, end_time_millis: time,
                    measurements: ["target_voltage": voltage], descriptor_id: phases.count))
        }
        return phases
    }
}
