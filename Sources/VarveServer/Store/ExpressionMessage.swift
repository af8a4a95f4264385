// Expressions, fields and values of a reduction on the wire.

import VarveConnect
import VarveStore

/// The reading of expressions.
enum ExpressionMessage {
    /// A `KvExpr`.
    static func expression(_ view: MessageView) throws(ReduceFault) -> ReduceExpression {
        if let field = view.message(1) { return .field(try self.field(field)) }
        if let literal = view.message(2) {
            guard let value = try ValueMessage.read(literal) else {
                throw ReduceFault("a literal has no value")
            }
            return .literal(value)
        }
        if let sides = view.message(3) { return .add(try side(sides, 1), try side(sides, 2)) }
        if let sides = view.message(4) { return .subtract(try side(sides, 1), try side(sides, 2)) }
        if let sides = view.message(5) { return .multiply(try side(sides, 1), try side(sides, 2)) }
        if let sides = view.message(6) { return .divide(try side(sides, 1), try side(sides, 2)) }
        if let inner = view.message(7) { return .lower(try expression(inner)) }
        if let inner = view.message(8) { return .truncateToDay(try expression(inner)) }
        throw ReduceFault("an expression is empty")
    }

    private static func side(
        _ sides: MessageView, _ number: UInt32
    ) throws(ReduceFault) -> ReduceExpression {
        guard let side = sides.message(number) else {
            throw ReduceFault("an operation lacks a side")
        }
        return try expression(side)
    }

    /// A `KvFieldRef`.
    static func field(_ view: MessageView) throws(ReduceFault) -> ReduceField {
        if let key = view.message(1) {
            return .key(KeyField(byteOffset: size(key, 1), kind: try kind(key, 2, bytes: 3)))
        }
        if let key = view.message(2) {
            return .zOrder(
                ZOrderField(
                    bitOffset: size(key, 1), position: size(key, 2),
                    widths: key.numbers(3, as: UInt32.self).map { Int($0) },
                    kind: try kind(key, 4, bytes: 5)))
        }
        if let value = view.message(3) {
            return .value(
                ValueField(
                    index: size(value, 1), kind: try kind(value, 2, bytes: 4),
                    isNullable: value.bool(3)))
        }
        throw ReduceFault("a field is empty")
    }

    private static func size(_ view: MessageView, _ number: UInt32) -> Int {
        Int(view.number(number, as: UInt32.self) ?? 0)
    }

    /// A `KvFieldKind` in one field, with the length of fixed binaries in another.
    private static func kind(
        _ view: MessageView, _ number: UInt32, bytes: UInt32
    ) throws(ReduceFault) -> FieldKind {
        switch view.number(number, as: Int32.self) ?? 0 {
        case 0: .int64
        case 1: .uint64
        case 2: .float64
        case 3: .boolean
        case 4: .utf8
        case 5: .date32
        case 6: .date64
        case 7: .timestamp
        case 8: .decimal128
        case 9: .fixedSizeBinary(count: size(view, bytes))
        case 10: .decimal256
        default: throw ReduceFault("a field's kind is none of KvFieldKind")
        }
    }
}
