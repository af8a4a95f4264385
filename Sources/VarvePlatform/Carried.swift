/// Carries a value from one thread to another although its type is not made for several.
///
/// Whoever carries one says at that place why only one side uses the value at a time.
//
// @unchecked Sendable: see above.
package struct Carried<Value>: @unchecked Sendable {
    /// What is carried.
    package let value: Value

    /// Carries `value`, which the giving side does not use until it gets it back.
    package init(_ value: Value) {
        self.value = value
    }
}
