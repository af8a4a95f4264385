/// The four operations on numbers: two `int64`, two `uint64`, or two of which one is `float64`.
enum Arithmetic {
    case add
    case subtract
    case multiply
    case divide

    /// The result; NULL when an operand is.
    /// - Throws: `RowFault` for operands of other kinds, a result that does not fit, or a zero as
    ///   divisor.
    func apply(_ operands: (ReduceScalar, ReduceScalar)) throws(RowFault) -> ReduceScalar {
        switch operands {
        case (.null, _), (_, .null): .null
        case (.int64(let left), .int64(let right)):
            self == .divide
                ? try float(Double(left), Double(right)) : .int64(try integer(left, right))
        case (.uint64(let left), .uint64(let right)):
            self == .divide
                ? try float(Double(left), Double(right)) : .uint64(try integer(left, right))
        case (.float64(let left), .float64(let right)): try float(left, right)
        case (.float64(let left), .int64(let right)): try float(left, Double(right))
        case (.float64(let left), .uint64(let right)): try float(left, Double(right))
        case (.int64(let left), .float64(let right)): try float(Double(left), right)
        case (.uint64(let left), .float64(let right)): try float(Double(left), right)
        default: throw RowFault.unusable
        }
    }

    private func integer<T: FixedWidthInteger>(_ left: T, _ right: T) throws(RowFault) -> T {
        let (result, overflows) =
            switch self {
            case .add: left.addingReportingOverflow(right)
            case .subtract: left.subtractingReportingOverflow(right)
            case .multiply, .divide: left.multipliedReportingOverflow(by: right)
            }
        guard !overflows else { throw RowFault.unusable }
        return result
    }

    private func float(_ left: Double, _ right: Double) throws(RowFault) -> ReduceScalar {
        switch self {
        case .add: return .float64(left + right)
        case .subtract: return .float64(left - right)
        case .multiply: return .float64(left * right)
        case .divide:
            guard right != 0 else { throw RowFault.unusable }
            return .float64(left / right)
        }
    }
}
