// The filter of a reduction on the wire.

import VarveConnect
import VarveStore

/// The reading of `KvPredicate`.
enum PredicateMessage {
    /// The predicate of a message.
    static func predicate(_ view: MessageView) throws(ReduceFault) -> ReducePredicate {
        var predicate = ReducePredicate(isContradiction: view.bool(2))
        for check in view.messages(1) {
            guard let field = check.message(1), let constraint = check.message(2) else {
                throw ReduceFault("a check lacks its field or its constraint")
            }
            predicate.checks.append(
                .init(
                    field: try ExpressionMessage.field(field),
                    constraint: try self.constraint(constraint)))
        }
        return predicate
    }

    private static func constraint(
        _ view: MessageView
    ) throws(ReduceFault) -> ReduceConstraint {
        if view.has(1) { return .stringEqual(view.string(1)) }
        if view.has(2) { return .booleanEqual(view.bool(2)) }
        if view.has(3) { return .binaryEqual(Array(view.bytes(3))) }
        if let range = try range(view) { return range }
        // What a false is_null asks for is what is_not_null does, and the reverse.
        if view.has(8) { return view.bool(8) ? .isNull : .isNotNull }
        if view.has(9) { return view.bool(9) ? .isNotNull : .isNull }
        if let list = view.message(10) { return .stringIn(list.strings(1)) }
        if let list = view.message(11) { return .intIn(list.numbers(1, as: Int64.self)) }
        if let list = view.message(12) { return .uint64In(list.numbers(1, as: UInt64.self)) }
        if let list = view.message(13) { return .binaryIn(list.byteLists(1)) }
        throw ReduceFault("a constraint is empty")
    }

    /// A range of any kind; nil when the constraint is another.
    private static func range(_ view: MessageView) throws(ReduceFault) -> ReduceConstraint? {
        if let range = view.message(4) {
            return .intRange(
                min: range.number(1, as: Int64.self), max: range.number(2, as: Int64.self))
        }
        if let range = view.message(5) {
            return .uint64Range(
                min: range.number(1, as: UInt64.self), max: range.number(2, as: UInt64.self))
        }
        if let range = view.message(6) {
            return .floatRange(min: bound(range.message(1)), max: bound(range.message(2)))
        }
        if let range = view.message(7) {
            return .decimal128Range(
                min: range.has(1) ? try ValueMessage.decimal128(range, 1) : nil,
                max: range.has(2) ? try ValueMessage.decimal128(range, 2) : nil)
        }
        if let range = view.message(14) {
            return .decimal256Range(
                min: range.has(1) ? try ValueMessage.decimal256(range, 1) : nil,
                max: range.has(2) ? try ValueMessage.decimal256(range, 2) : nil)
        }
        return nil
    }

    private static func bound(_ view: MessageView?) -> ReduceConstraint.FloatBound? {
        view.map {
            ReduceConstraint.FloatBound(
                $0.number(1, as: Double.self) ?? 0, isInclusive: $0.bool(2))
        }
    }
}
