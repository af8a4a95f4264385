import VarveClient

/// A key with its value as `--json` prints them: each under one of two names, since not all bytes
/// are text. What is absent is left out.
struct PairReport: Encodable {
    let key: String?
    let keyBase64: String?
    let value: String?
    let valueBase64: String?

    /// A key, and its value when it has one.
    init(_ keyBytes: [UInt8], _ valueBytes: [UInt8]?, _ form: PairForm) {
        key = form.key.text(of: keyBytes)
        keyBase64 = key == nil ? form.text(key: keyBytes) : nil
        value = valueBytes.flatMap { form.value.text(of: $0) }
        valueBase64 = value == nil ? valueBytes.map { form.text(value: $0) } : nil
    }

    /// A pair.
    init(_ pair: StorePair, _ form: PairForm) {
        self.init(pair.key, pair.value, form)
    }
}
