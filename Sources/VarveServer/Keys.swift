// GET {base}/__ds/keys: the public keys that check signed heads.

import VarveBytes
import VarveHTTP
import VarveLog

/// The operation behind `__ds/keys`.
enum Keys {
    /// Answers with all keys by id: the one that signs and those that did earlier.
    static func answer(_ responder: Responder) {
        let signer = responder.core.signer
        let keys = signer.publicKeys.sorted { $0.key.description < $1.key.description }
        responder.send(.ok) { writer in
            writer.lines(
                "Content-Type: application/json\r\nCache-Control: public, max-age=300\r\n")
        } body: { buffer in
            buffer.append("{\"keys\":[")
            for (index, (id, key)) in keys.enumerated() {
                if index > 0 { buffer.append(",") }
                buffer.append("{\"key\":\"")
                buffer.append(text: id.description)
                buffer.append("\",\"algorithm\":\"ed25519\",\"publicKey\":\"")
                buffer.append(text: key.bytes.withUnsafeBytes { Hex.string($0) })
                buffer.append(
                    id == signer.keyID ? "\",\"signing\":true}" : "\",\"signing\":false}")
            }
            buffer.append("]}")
        }
    }
}
