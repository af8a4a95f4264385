import Foundation
import VarveStore

/// Rows of columns as JSON arrays: `[7, "web", 1.5, true, null]`.
///
/// Whole numbers are int64 columns, other numbers float64. An object names the kind where the value
/// does not tell: `{"uint64": 7}`, `{"float64": 7}`, `{"bytes": "base64"}`.
enum RowText {
    /// A column as JSON has it.
    private enum Column: Codable {
        case null
        case boolean(Bool)
        case int64(Int64)
        case float64(Double)
        case utf8(String)
        case named(Named)
        case list([Column])

        /// The object that names a kind.
        struct Named: Codable {
            var uint64: UInt64?
            var float64: Double?
            var bytes: Data?
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let value = try? container.decode(Bool.self) {
                self = .boolean(value)
            } else if let value = try? container.decode(Int64.self) {
                self = .int64(value)
            } else if let value = try? container.decode(Double.self) {
                self = .float64(value)
            } else if let value = try? container.decode(String.self) {
                self = .utf8(value)
            } else if let value = try? container.decode([Column].self) {
                self = .list(value)
            } else {
                self = .named(try container.decode(Named.self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .null: try container.encodeNil()
            case .boolean(let value): try container.encode(value)
            case .int64(let value): try container.encode(value)
            case .float64(let value): try container.encode(value)
            case .utf8(let value): try container.encode(value)
            case .named(let value): try container.encode(value)
            case .list(let values): try container.encode(values)
            }
        }

        /// The column of a row; nil for NULL.
        func stored() throws(ByteFormFault) -> StoredValue? {
            switch self {
            case .null: return nil
            case .boolean(let value): return .boolean(value)
            case .int64(let value): return .int64(value)
            case .float64(let value): return .float64(value)
            case .utf8(let value): return .utf8(value)
            case .named(let named):
                if let value = named.uint64 { return .uint64(value) }
                if let value = named.float64 { return .float64(value) }
                if let value = named.bytes { return .bytes(Array(value)) }
                throw ByteFormFault("expected uint64, float64 or bytes in a column's object")
            case .list(let columns):
                var values: [StoredValue] = []
                for column in columns {
                    guard let value = try column.stored() else {
                        throw ByteFormFault("expected no null within a list")
                    }
                    values.append(value)
                }
                return .list(values)
            }
        }

        init(_ value: StoredValue?) {
            switch value {
            case nil: self = .null
            case .boolean(let value): self = .boolean(value)
            case .int64(let value): self = .int64(value)
            case .uint64(let value): self = .named(Named(uint64: value))
            case .float64(let value):
                self = value == value.rounded() ? .named(Named(float64: value)) : .float64(value)
            case .utf8(let value): self = .utf8(value)
            case .bytes(let value): self = .named(Named(bytes: Data(value)))
            case .list(let values): self = .list(values.map { Column($0) })
            }
        }
    }

    /// The columns of a member of an object; nil when it is no array.
    private struct Columns: Decodable {
        let columns: [Column]?

        init(from decoder: any Decoder) throws {
            columns = try? decoder.singleValueContainer().decode([Column].self)
        }
    }

    /// The bytes of the row that an array stands for.
    static func row(of text: String) throws(ByteFormFault) -> [UInt8] {
        guard let columns = try? JSONDecoder().decode([Column].self, from: Data(text.utf8)) else {
            throw ByteFormFault("expected a row as a JSON array, such as [7,\"web\",1.5,null]")
        }
        return try row(columns)
    }

    /// The bytes of the row under `value` in a JSON object.
    static func row(ofValueIn object: [UInt8]) throws(ByteFormFault) -> [UInt8] {
        guard let line = try? JSONDecoder().decode([String: Columns].self, from: Data(object)),
            let columns = line["value"]?.columns
        else { throw ByteFormFault("expected a row as value: a JSON array") }
        return try row(columns)
    }

    private static func row(_ columns: [Column]) throws(ByteFormFault) -> [UInt8] {
        var row = StoredRow()
        for column in columns { row.columns.append(try column.stored()) }
        return row.encoded
    }

    /// The array for a row; nil for bytes that are no row.
    static func text(of bytes: [UInt8]) -> String? {
        guard let row = StoredRow(decoding: bytes) else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return (try? encoder.encode(row.columns.map { Column($0) })).map {
            String(decoding: $0, as: UTF8.self)
        }
    }
}
