import Foundation

/// Moments as RFC 3339 writes them.
enum InternetTime {
    /// The moment that `text` names, with or without a fraction of a second, in any zone.
    static func parse(_ text: String) -> Date? {
        let styles = [
            Date.ISO8601FormatStyle(includingFractionalSeconds: false),
            Date.ISO8601FormatStyle(includingFractionalSeconds: true),
        ]
        return styles.lazy.compactMap { try? $0.parse(text) }.first
    }
}
